"""One shape for everything that is wrong with an input, so that every message names the place."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import process

from ingest.messages import Sentence, in_english, joined, noop
from ingest.messages import gettext as _
from ingest.reading.text import search_key


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong in one place of one file."""

    file: str
    message: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    text: str | None = None
    nearest: tuple[str, ...] = ()
    cell: str | None = None
    """Such as E7, of a form that people fill in; `column` is then the heading that they see."""

    def __str__(self) -> str:
        line: Sentence = joined("", [self.file])
        if self.sheet:
            line = _("{place}, sheet {sheet}").format(place=line, sheet=self.sheet)
        if self.cell:
            line = _("{place}, cell {cell}").format(place=line, cell=self.cell)
        elif self.row is not None:
            line = _("{place}, row {row}").format(place=line, row=self.row)
        if self.column:
            line = _("{place}, column {column}").format(place=line, column=self.column)
        line = _("{place}: {message}").format(place=line, message=self.message)
        if self.text is not None:
            shown = self.text if len(self.text) <= 120 else self.text[:117] + "..."
            line = _("{problem}; found '{text}'").format(problem=line, text=shown)
        if self.nearest:
            line = _("{problem}; nearest: {spellings}").format(problem=line, spellings="; ".join(self.nearest))
        return line


class ParvnError(Exception):
    """Something a user can act on; shown as a sentence, never as a traceback. `exit_code` tells the kind."""

    exit_code = 4
    whose = noop("who runs the machine: disk, rights or the program itself")
    """Whose job it is to go on."""


class BadInput(ParvnError):
    """The input is wrong; carries every problem found."""

    exit_code = 1
    whose = noop("who keeps the records: mend the files named, then run again")

    def __init__(self, problems: Iterable[Problem]) -> None:
        def place(problem: Problem) -> tuple[str, str, int, str, str]:
            return (
                problem.file,
                problem.sheet or "",
                problem.row or 0,
                problem.column or "",
                in_english(problem.message),
            )

        self.problems = sorted(problems, key=place)
        super().__init__(joined("\n", self.problems))


class FailedCheck(ParvnError):
    """The build ran, but its tests did not pass; nothing was published."""

    exit_code = 2
    whose = noop("who keeps the models and checks: a check of the build failed")


class FaultyRecords(FailedCheck):
    """Each record is right, but all of them together are not: rows or a period are missing, volumes leap."""

    whose = noop("who keeps the records: mend what the audit names, or record the reason, then run again")


class Damaged(ParvnError):
    """A release is not what was published: a file is missing or has other bytes."""

    exit_code = 2


class Locked(ParvnError):
    """Another run is writing."""

    exit_code = 3
    whose = noop("nobody: another run was writing; the next one goes on")


def nearest_spellings(text: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Return up to `limit` of `known` that look like `text`, best first, with or without diacritics."""
    keys = {candidate: search_key(candidate) for candidate in known}
    found = process.extract(search_key(text), keys, limit=limit, score_cutoff=60)
    return tuple(candidate for _, _, candidate in found)
