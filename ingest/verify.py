"""Confirms records against the documents they were taken from: every word, every value, every number left over."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ingest.check import LOCATOR_LINES, CheckedPackage
from ingest.contracts import TABLES, Reading, Record, ReviewedNumberRecord
from ingest.messages import gettext as _
from ingest.messages import noop as N_
from ingest.problems import Problem
from ingest.readers import sha256_of
from ingest.reading.numbers import number_tokens
from ingest.reading.text import fold

_RULES = Path(__file__).with_name("number_rules.csv")
_MARKUP = re.compile(r"\*+|^#+|</?b>|\|", re.MULTILINE)
_BROKEN_WORD = re.compile(r"(?<=\w)-\s+(?=\w)")
_MOST_PIECES = 5
"""A cell of a flattened table can be interrupted by its neighbours and by page heads, but only so often."""


def comparable(text: str) -> str:
    """Return words as they are compared: folded, without markup, words broken at a hyphen joined."""
    return _BROKEN_WORD.sub("-", fold(_MARKUP.sub(" ", text)))


class SourceText:
    """A document's text, folded, with the line that every character stands in.

    `lines` is the same text, place by place, with its line breaks: what a rule about line starts needs.
    """

    def __init__(self, text: str) -> None:
        self.text = self.lines = ""
        self._starts: list[int] = []
        for line in text.split("\n"):
            words = comparable(line)
            joined = self.text.endswith("-") and self.text[-2:-1].isalnum() and words[:1].isalnum()
            if words and self.text and not joined:
                self.text += " "
                self.lines += "\n"
            self._starts.append(len(self.text))
            self.text += words
            self.lines += words

    def line_of(self, place: int) -> int:
        """Return the 1-based line of a place in the folded text."""
        low, high = 0, len(self._starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._starts[middle] <= place else (low, middle)
        return low + 1

    def places_of(self, locator: str) -> list[int]:
        """Return the places of all characters of the lines that a locator names, in order.

        Raises ValueError where a line does not exist.
        """
        places: list[int] = []
        for match in LOCATOR_LINES.finditer(locator.rsplit(";", 1)[-1]):
            first, last = int(match["first"]), int(match["last"] or match["first"])
            if not 1 <= first <= last <= len(self._starts):
                raise ValueError(_("the document has only {count} lines").format(count=len(self._starts)))
            end = self._starts[last] if last < len(self._starts) else len(self.text)
            if self.text[end : end + 1] == " ":
                end += 1  # so that the words of two ranges stand apart
            places += range(self._starts[first - 1], end)
        return places


def _place(words: str, text: str, start: int = 0) -> int:
    """Return where `words` stand in `text` as whole words and numbers ("Quý I" not in "Quý II"), or -1."""
    before = r"(?<!\w)(?<!\d[.,])" if words[:1].isdigit() else r"(?<!\w)" if words[:1].isalnum() else ""
    after = r"(?!\w|[.,]\d)" if words[-1:].isdigit() else r"(?!\w)" if words[-1:].isalnum() else ""
    match = re.compile(before + re.escape(words) + after).search(text, start)
    return match.start() if match else -1


def _find(words: str, text: str, pieces: int, is_last: bool = False) -> list[tuple[int, int]] | None:
    """Return where `words` stand in `text`, in at most `pieces` runs in order, or None.

    A bare number must stand alone; the first such place counts, or the last (the budget cell ends its row).
    """
    if words.isdigit():
        alone = list(re.finditer(rf"(?<![\w.,/]){words}(?![\w.,/]*\w)", text))
        return [alone[-1 if is_last else 0].span()] if alone else None
    place = _place(words, text)
    if place >= 0:
        return [(place, place + len(words))]
    found: list[tuple[int, int]] = []
    rest, start = words.split(" "), 0
    while rest and len(found) < pieces:
        for count in range(len(rest), 0, -1):
            run = " ".join(rest[:count])
            place = _place(run, text, start)
            if place >= 0:
                found.append((place, place + len(run)))
                rest, start = rest[count:], place + len(run)
                break
        else:
            return None
    return None if rest else found


@dataclass
class Verification:
    """What was confirmed for one document."""

    document_id: str
    confirmed: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    explained: Counter[str] = field(default_factory=Counter)
    uncovered: list[tuple[int, str, str]] = field(default_factory=list)
    """(line, number, the words around it) of every number that no record, rule or review covers."""

    @property
    def total(self) -> int:
        """Return how many records were looked at."""
        return self.confirmed.total() + len({(p.file, p.row) for p in self.problems})


def _number_rules() -> list[tuple[str, re.Pattern[str]]]:
    with _RULES.open(encoding="utf-8", newline="") as file:
        return [
            (row["rule_code"], re.compile(row["pattern"].replace(" ", r"\s+"), re.IGNORECASE | re.MULTILINE))
            for row in csv.DictReader(file)
        ]


def _statements(record: Record) -> Iterator[tuple[str, str, bool, bool]]:
    """Yield (column, words, may stand in pieces, states numbers) for everything a record quotes."""
    if isinstance(record, Reading) or "printed_text" in type(record).model_fields:
        words = getattr(record, "printed_text", None)
        if words:
            yield "printed_text", words, False, type(record).id_column != "task_id"
    for column in record.cell_columns:
        words = getattr(record, column)
        if words:
            yield column, words, True, column in ("task_no", "due_text", "budget_text")


def verify_document(checked: CheckedPackage, documents: Path) -> Verification:
    """Confirm one document's records against its text in `documents` (file name and SHA-256 from document.yml)."""
    document = checked.document
    assert document is not None
    result = Verification(document.document_id)
    place_of_document = checked.package.tables["document"].file
    path = documents / (document.source_file or "")
    if not document.source_file or not path.is_file():
        result.problems.append(
            Problem(
                place_of_document,
                _("no such document in {folder}").format(folder=documents),
                column="source_file",
                text=document.source_file,
            )
        )
        return result
    content = path.read_bytes()
    if sha256_of(content) != document.source_sha256:
        result.problems.append(
            Problem(
                place_of_document,
                _("the document has other bytes than those that were recorded"),
                column="source_sha256",
            )
        )
    source = SourceText(content.decode("utf-8", errors="replace"))
    covered = bytearray(len(source.text))

    for name, table in checked.package.tables.items():
        if name in ("document", "reviewed_numbers"):
            continue
        for index, record in checked.records[name]:
            locator = getattr(record, "locator", None)
            if locator is None:
                continue
            problems = []
            try:
                places = source.places_of(locator)
            except ValueError as error:
                problems.append(("locator", error.args[0], locator))
                places = []
            located = "".join(source.text[i] for i in places)
            for column, words, in_pieces, states_numbers in _statements(record):
                if not places:
                    break
                if column == "section_title_vi":
                    continue  # stands above the rows, not in them
                runs = _find(comparable(words), located, _MOST_PIECES if in_pieces else 1, column == "budget_text")
                if runs is None:
                    problems.append((column, _("these words do not stand where the locator says"), words))
                elif states_numbers:
                    for first, last in runs:
                        for i in places[first:last]:
                            covered[i] = 1
            if problems:
                result.problems += [
                    Problem(table.file, message, table.sheet, table.row_numbers[index], column, text)
                    for column, message, text in problems
                ]
            else:
                result.confirmed[name] += 1

    reviewed: list[tuple[ReviewedNumberRecord, int, set[int]]] = []
    for index, r in checked.records.get("reviewed_numbers", []):
        assert isinstance(r, ReviewedNumberRecord)
        table = checked.package.tables["reviewed_numbers"]
        row = table.row_numbers[index]
        try:
            reviewed.append((r, row, {source.line_of(i) for i in source.places_of(r.locator)}))
        except ValueError as error:
            result.problems.append(Problem(table.file, error.args[0], table.sheet, row, "locator", r.locator))
    ruled: dict[int, str] = {}
    for rule_code, pattern in _number_rules():
        for match in pattern.finditer(source.lines):
            for i in range(*match.span()):
                ruled.setdefault(i, rule_code)
    used: set[str] = set()
    for token in number_tokens(source.text):
        if all(covered[token.start : token.end]):
            result.explained[N_("stated by a record")] += 1
            continue
        line = source.line_of(token.start)
        review = next(
            (
                r
                for r, _, lines in reviewed
                if line in lines and token.text in (t.text for t in number_tokens(comparable(r.token)))
            ),
            None,
        )
        if review:
            used.add(review.reviewed_number_id)
            result.explained[N_("reviewed")] += 1
        elif token.start in ruled:
            result.explained[ruled[token.start]] += 1
        else:
            around = source.text[max(0, token.start - 50) : token.end + 40]
            result.uncovered.append((line, token.text, around))
    for r, row, _lines in reviewed:
        if r.reviewed_number_id not in used:
            table = checked.package.tables["reviewed_numbers"]
            message = _("no such number is left over there; delete this row")
            result.problems.append(Problem(table.file, message, table.sheet, row, "token", r.token))
    return result


def verify(checked: list[CheckedPackage], documents: Path) -> list[Verification]:
    """Confirm every document of which a text is held; web pages and documents without one are left out."""
    return [verify_document(item, documents) for item in checked if item.document and item.document.source_file]


def unverifiable_count(checked: list[CheckedPackage]) -> int:
    """Return how many records are figures of web pages, or of documents of which no text is held."""
    return sum(
        len(item.of(name))
        for item in checked
        if item.document is None or item.document.source_file is None
        for name in TABLES
        if name in ("results", "targets")
    )
