"""The recorded reasons for which a finding of the audit is accepted (`accepted_exceptions.csv` in the data folder).

They lie with the records, not with the code: whoever keeps the records knows why one is gone, the file is hashed as an
input of every release, and a warehouse of other records has reasons of its own.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path

from ingest.messages import gettext as _
from ingest.paths import ACCEPTED_EXCEPTIONS
from ingest.problems import BadInput, Problem

FILE = ACCEPTED_EXCEPTIONS


@dataclass(frozen=True)
class AcceptedException:
    """One reason (grain: check x what it accepts); `check` and `what` may hold `*`."""

    check: str
    """The code of a rule, or a table of the comparison with the release before."""
    what: str
    reason: str
    recorded_on: str

    def covers(self, check: str, what: str) -> bool:
        """Tell whether this reason is about a finding."""
        return fnmatchcase(check, self.check) and fnmatchcase(what, self.what)


COLUMNS = tuple(f.name for f in fields(AcceptedException))


def read_exceptions(data: Path) -> list[AcceptedException]:
    """Return the recorded reasons of a data folder, none if there is no such file.

    Raises BadInput naming every row without a check, a reason or a day.
    """
    path = data / FILE
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise BadInput(
                    [Problem(FILE, _("expected the columns {columns}").format(columns=", ".join(COLUMNS)), row=1)]
                )
            rows = list(enumerate(reader, start=2))
    except UnicodeDecodeError as error:
        raise BadInput([Problem(FILE, _("the file is not UTF-8 text; save it as CSV UTF-8"))]) from error
    problems = []
    for number, row in rows:
        if row.get(None) or None in row.values():
            problems.append(Problem(FILE, _("expected {count} cells").format(count=len(COLUMNS)), row=number))
            continue
        problems += [
            Problem(FILE, _("a value is missing"), row=number, column=c) for c in COLUMNS if not row[c].strip()
        ]
        try:
            date.fromisoformat(row["recorded_on"].strip())
        except ValueError:
            problems.append(
                Problem(FILE, _("expected a day as YYYY-MM-DD"), None, number, "recorded_on", row["recorded_on"])
            )
    if problems:
        raise BadInput(problems)
    return [AcceptedException(**{c: row[c].strip() for c in COLUMNS}) for _number, row in rows]


def reason_for(exceptions: Iterable[AcceptedException], check: str, what: str) -> str | None:
    """Return the reason recorded for a finding, or None."""
    return next((e.reason for e in exceptions if e.covers(check, what)), None)


def how_to_accept(check: str, what: str) -> str:
    """Return the line that a person completes and appends to accept a finding."""
    return f"{check},{what},<reason>,<YYYY-MM-DD>"
