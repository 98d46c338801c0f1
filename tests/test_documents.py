"""The project's records against the documents themselves, where their texts lie beside the project."""

import pytest

from ingest.check import check_folder
from ingest.paths import PROJECT
from ingest.verify import verify

DOCUMENTS = PROJECT.parent / "shared" / "documents"
pytestmark = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the documents' texts are not here")


def test_every_record_stands_in_its_document_and_no_number_of_a_document_is_left_over() -> None:
    results = verify(check_folder(PROJECT / "data"), DOCUMENTS)
    assert len(results) == 5
    assert [str(problem) for result in results for problem in result.problems] == []
    assert [(r.document_id, *number) for r in results for number in r.uncovered] == []
    assert all(result.confirmed.total() == result.total > 70 for result in results)
