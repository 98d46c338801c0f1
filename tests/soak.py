"""Long runs of the tests of faults, and the table that they write into docs/reliability.md."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from ingest.paths import PROJECT

SOAK = os.environ.get("PARVN_SOAK") == "1"
PAGE = PROJECT / "docs" / "reliability.md"
TABLE = re.compile(r"(?<=\n)\| fault \|.*?\n(?!\|)", re.DOTALL)
HEADING = "| fault | times | what happened | day |\n|---|---|---|---|\n"

Report = Callable[[str, int, str], None]


def reporting() -> Iterator[Report]:
    """Give what takes one row (fault, times, what happened); a soak run puts the rows in place of older ones."""
    rows: dict[str, str] = {}

    def add(fault: str, times: int, outcome: str) -> None:
        rows[fault] = f"| {fault} | {times} | {outcome} | {datetime.now(UTC):%Y-%m-%d} |\n"

    yield add
    if SOAK:
        text = PAGE.read_text(encoding="utf-8")
        (found,) = TABLE.findall(text)
        kept = {line.split(" | ")[0].removeprefix("| "): line + "\n" for line in found.splitlines()[2:]}
        PAGE.write_text(text.replace(found, HEADING + "".join((kept | rows).values())), encoding="utf-8")
