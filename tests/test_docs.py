"""Every query of README and docs is run, and what it prints is what stands below it.

`PARVN_UPDATE_DOCS=1 pytest tests/test_docs.py` writes the answers of the records as they are now into the pages.
"""

import os
import re
import shlex
from pathlib import Path

import pytest
from commands import Parvn

from ingest.paths import PROJECT, Workspace

PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
ANSWERED = re.compile(r"```sh\n(?P<command>parvn query [^`]*?)\n```\n\n```text\n(?P<answer>.*?)```\n", re.DOTALL)


def cases() -> list[tuple[Path, int]]:
    """Return every answered query of the published release as (page, its number there).

    Queries of another warehouse (`--warehouse`) show made-up records, which are not here.
    """
    return [
        (page, number)
        for page in PAGES
        for number, found in enumerate(ANSWERED.finditer(page.read_text(encoding="utf-8")))
        if "--warehouse" not in found["command"]
    ]


@pytest.mark.parametrize(("page", "number"), cases(), ids=lambda case: case.name if isinstance(case, Path) else None)
def test_a_query_of_the_docs_prints_what_stands_below_it(
    page: Path, number: int, parvn: Parvn, real: Workspace
) -> None:
    text = page.read_text(encoding="utf-8")
    found = list(ANSWERED.finditer(text))[number]
    _, *arguments = shlex.split(found["command"])
    said = parvn(*arguments, "--warehouse", real.warehouse)
    assert (said.code, said.err) == (0, "")
    answer = said.out.rstrip("\n") + "\n"
    if os.environ.get("PARVN_UPDATE_DOCS"):
        page.write_text(text[: found.start("answer")] + answer + text[found.end("answer") :], encoding="utf-8")
    else:
        assert found["answer"] == answer
