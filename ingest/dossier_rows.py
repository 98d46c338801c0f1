"""How the rows of an extract are read and judged, as SQL.

The full rules (`full_sql`) read any row, and are slow. But nearly every row of an extract consists of words that the
file says over and over, of days and of an id. So what a file's columns of few words say is read first, by the full
rules and once a word (`known_sql`). The short way (`short_sql`) lets a row through that says nothing else and breaks no
rule, and hands every other on as it was found (`handed_on`), for the full rules.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from itertools import zip_longest
from typing import Any

from ingest.dossier_mapping import (
    CODES,
    COLUMNS,
    DATES,
    FLAGS,
    TEXTS,
    TYPES,
    DossierSource,
    ExportingSystem,
    allowed_words,
)
from ingest.quoting import identifier, literal
from ingest.reading.text import fold, search_key
from ingest.reference import Reference

REASONS = (
    "unreadable_row", "no_dossier_id", "identity_number", "no_received_date", "unreadable_date",
    "received_after_extract", "resolved_after_extract", "resolved_before_received", "due_before_received",
    "unknown_province", "unknown_word", "conflicting_rows", "duplicate_row",
)  # fmt: skip
"""Why a row of an extract is not landed."""

MAX_KNOWN = 1000
"""Above this a column has no longer few words: every partition would hold them all."""


Meaning = tuple[Any, date | None, date | None]
"""What a word means, and of provinces the first and the last day on which it means that."""


class Known:
    """The words that one column of an extract says, and what each means (grain: column)."""

    def __init__(self, column: str, rows: Iterable[tuple[str, *Meaning]]) -> None:
        """Take the rows of `RowRules.known_sql`: a word in as many as it has meanings in the course of time."""
        self.column = column
        self.meanings: dict[str, list[Meaning]] = defaultdict(list)
        for found, *meaning in rows:
            self.meanings[found].append(tuple(meaning))

    def types_sql(self) -> str:
        """Return the statements that create the column's types: of the words as found, and of what they mean."""
        meant = dict.fromkeys(str(m) for several in self.meanings.values() for m, *_days in several if m is not None)
        return "; ".join(
            f"create type {kind}_{self.column} as enum ({', '.join(map(literal, words))})"
            for kind, words in (("found", self.meanings), ("meant", meant))
        )

    def read_sql(self, found: str, day: str) -> str:
        """Return what a value of the type of found words means, on a day."""
        if all([meaning[0] for meaning in several] == [word] for word, several in self.meanings.items()):
            meant = [found]
        elif self.column in FLAGS:
            meant = self._nth(0, "boolean", found, lambda flag: str(flag).lower())
        else:
            meant = self._nth(0, f"meant_{self.column}", found, literal)
        if self.column != "province_id":
            return meant[0]
        first, last = (self._nth(place, "date", found, lambda d: f"date '{d}'") for place in (1, 2))
        spans = zip(meant, first, last, strict=True)
        return f"case {' '.join(f'when {day} between {a} and {b} then {m}' for m, a, b in spans)} end"

    def _nth(self, place: int, sql_type: str, found: str, as_sql: Callable[[Any], str]) -> list[str]:
        """Return look-ups by the number of the word: the first meanings of all, the second ones, and so on."""
        lists = zip_longest(*self.meanings.values(), fillvalue=(None, None, None))
        values = [[as_sql(m[place]) if m[place] is not None else "null" for m in meanings] for meanings in lists]
        return [
            row[0]
            if place and len(set(row)) == 1  # all words have the same day
            else f"cast([{', '.join(row)}] as {sql_type}[])[enum_code({found}) + 1]"
            for row in values
        ]


def _is_ascii(text: str) -> str:
    return f"strlen({text}) = length({text})"


def _is_identity_number(text: str) -> str:
    return f"case when strlen({text}) in (9, 12) then regexp_full_match({text}, '\\d+') else false end"


def _trimmed(text: str) -> str:
    """Return a text without spaces round it; to trim one costs more than to see that it need not be."""
    return f"case when starts_with({text}, ' ') or ends_with({text}, ' ') then trim({text}) else {text} end"


def _is_clean(trimmed: str) -> str:
    """Return whether a trimmed text is as it is landed; most are ASCII, and to normalise one costs more than all."""
    normal = f"case when {_is_ascii(trimmed)} then true else nfc_normalize(trim({trimmed})) = {trimmed} end"
    return f"({trimmed} <> '' and {normal})"


def _word(column: str, words: Mapping[str, str]) -> str:
    """Return a CASE that reads the words as they stand, and only what is left over in any case and spacing."""
    exact = " ".join(f"when {literal(theirs)} then {literal(ours)}" for theirs, ours in words.items())
    folded = {theirs.strip().casefold(): ours for theirs, ours in words.items()}
    loose = " ".join(f"when {literal(theirs)} then {literal(ours)}" for theirs, ours in folded.items())
    return f"case {column} {exact} else case lower(trim({column})) {loose} end end"


class RowRules:
    """The rules of one extract: what its headings are, what its words mean, which of its rows are landed.

    The table `_provinces` must exist, filled with `spellings`.
    """

    def __init__(
        self,
        types: Mapping[str, str],
        source: DossierSource,
        system: ExportingSystem,
        reference: Reference,
        extracted_on: date,
    ) -> None:
        """Take the types of the extract's columns by their headings, and what is said of them."""
        self.source = source
        self.system = system
        self.reference = reference
        self.day = f"date '{extracted_on}'"
        self.headings = {"province_id" if c == "province" else c: heading for c, heading in system.columns.items()}
        self.types = {column: types[heading] for column, heading in self.headings.items()}

    def _is_typed(self, column: str) -> bool:
        """Tell whether the column needs no reading: a day, or yes and no where the system says nothing of them."""
        if column in DATES:
            return self.types[column].startswith(("DATE", "TIMESTAMP"))
        return column in FLAGS and self.types[column] == "BOOLEAN" and column not in self.system.words

    def _given(self, column: str) -> str:
        name = identifier(self.headings[column])
        return name if self._is_typed(column) else f"cast({name} as varchar)"

    def _date(self, column: str) -> str:
        given = self._given(column)
        if self._is_typed(column):
            return f"cast({given} as date)"
        iso = f"try_cast({given} as date)"
        if not self.system.date_formats:
            return iso
        tried = ", ".join(map(literal, self.system.date_formats))
        return f"coalesce(cast(try_strptime(trim({given}), [{tried}]) as date), {iso})"

    def _read(self, column: str, given: str) -> str:
        """Return what a text of a column other than a date or the province means by the full rules."""
        if column in TEXTS:
            return f"nfc_normalize(nullif(trim({given}), ''))"
        words = {w: w for w in allowed_words(self.reference)[column]} | self.system.words.get(column, {})
        return f"cast({_word(given, words)} as {TYPES[column]})"

    def _constant(self, column: str, received_on: str) -> str:
        """Return what is said of a column that the extract does not have."""
        if column == "province_id":
            spans = self.reference.province_days(self.source.province or "")
            days = " or ".join(f"{received_on} between date '{first}' and date '{last}'" for first, last in spans)
            return f"case when {days or 'false'} then {literal(self.source.province or '')} end"
        if column == "admin_level" and self.source.admin_level:
            return literal(self.source.admin_level)
        return f"cast(null as {TYPES[column]})"

    # --- the full rules ----------------------------------------------------------------------------------------------

    def full_sql(self, relation: str) -> str:
        """Return the SELECT of COLUMNS and the month; a row that is refused has no month.

        Such a row has in place of its id the reason and its words, as `refused_sql` reads them.
        """
        read, lost = {}, defaultdict(list)
        for column in COLUMNS:
            if column not in self.headings:
                read[column] = self._constant(column, "new_received_on")
            elif column in DATES:
                read[column] = self._date(column)
                if not self._is_typed(column):
                    lost["unreadable_date"].append(column)
            elif column in (*CODES, *FLAGS):
                read[column] = (
                    self._given(column) if self._is_typed(column) else self._read(column, self._given(column))
                )
                lost["unknown_word"].append(column)
            elif column != "province_id":
                read[column] = self._read(column, self._given(column))
        is_lost = {
            reason: " or ".join(
                f"(new_{c} is null and trim(cast({identifier(self.headings[c])} as varchar)) <> '')"
                for c in lost[reason]
            )
            or "false"
            for reason in ("unreadable_date", "unknown_word")
        }
        before, join = {c: sql for c, sql in read.items() if c != "province_id"}, ""
        if "province_id" in self.headings:
            # before the join, where the extract's headings stand for nothing else
            before["province_key"] = f"lower(nfc_normalize(trim({self._given('province_id')})))"
            read["province_id"] = "p.province_id"
            join = (
                "left join _provinces as p on p.spelling = new_province_key "
                "and new_received_on between p.valid_from and p.valid_to"
            )
        order = [c for c in ("dossier_id", "province_id", *DATES, *TEXTS[1:], *CODES, *FLAGS) if c in self.headings]
        as_found = ", ".join(
            f"{literal(self.headings[c])}, cast({identifier(self.headings[c])} as varchar)" for c in order
        )
        return f"""
            with given as (
                select *, {", ".join(f"{sql} as new_{c}" for c, sql in before.items())} from {relation}
            ),
            placed as (select given.*, {read["province_id"]} as new_province_id from given {join}),
            judged as (
                select *, case
                    when new_dossier_id is null then 'no_dossier_id'
                    when {_is_identity_number("new_dossier_id")} then 'identity_number'
                    when {is_lost["unreadable_date"]} then 'unreadable_date'
                    when new_received_on is null then 'no_received_date'
                    when new_received_on > {self.day} then 'received_after_extract'
                    when new_resolved_on > {self.day} then 'resolved_after_extract'
                    when new_resolved_on < new_received_on then 'resolved_before_received'
                    when new_due_on < new_received_on then 'due_before_received'
                    when new_province_id is null then 'unknown_province'
                    when {is_lost["unknown_word"]} then 'unknown_word'
                end as _reason
                from placed
            )
            select
                case when _reason is null then new_dossier_id else cast(json_object(
                    'reason', _reason,
                    'words', case when _reason <> 'identity_number' then json_object({as_found}) end
                ) as varchar) end as dossier_id,
                {", ".join(f"new_{c} as {c}" for c in COLUMNS[1:])},
                {_month_sql("_reason is null", "new_received_on")}
            from judged
        """

    @staticmethod
    def refused_sql(relation: str) -> str:
        """Return the SELECT of `reason_code` and `words` of the rows that the full rules refused."""
        reason, words = (f"json_extract_string(dossier_id, '$.{key}') as {key}" for key in ("reason", "words"))
        return f"select reason as reason_code, words from (select {reason}, {words} from {relation})"

    # --- the short way -----------------------------------------------------------------------------------------------

    def few_worded(self) -> list[str]:
        """Return the columns of the extract of which the short way has to know the words."""
        few = ("province_id", *TEXTS[1:], *CODES, *FLAGS)
        return [column for column in few if column in self.headings and not self._is_typed(column)]

    def known_sql(self, relation: str, column: str) -> str:
        """Return the SELECT of what a column says: the word, what it means, and of provinces from when until when.

        A province's name has a row for each province that bore it. Words that mean nothing are not there.
        """
        found = (
            f"(select distinct {self._given(column)} as found from {relation} limit {MAX_KNOWN + 1}) "
            "where found is not null"
        )
        if column == "province_id":
            return (
                f"select found, p.province_id, p.valid_from, least(p.valid_to, {self.day}) "
                f"from (select * from {found}) "
                "join _provinces as p on p.spelling = lower(nfc_normalize(trim(found))) order by all"
            )
        return (
            f"select found, {self._read(column, 'found')} as meant, null, null from {found} "
            "and (meant is not null or trim(found) = '') order by found"
        )

    def short_sql(self, relation: str, known: Mapping[str, Known]) -> str:
        """Return the SELECT of COLUMNS and the month; a row that is not let through has no month.

        Such a row has in place of its id all it says, as JSON by our columns. The types of `known` must exist.
        """
        new = {c: self._date(c) for c in DATES if c in self.headings}
        new["dossier_id"] = _trimmed(self._given("dossier_id"))
        read = {c: f"new_{c}" if c in new else self._constant(c, "new_received_on") for c in COLUMNS}
        tests = [_is_clean("new_dossier_id"), f"not {_is_identity_number('new_dossier_id')}"]
        tests.append(f"new_received_on <= {self.day}")
        rules = {"resolved_on": f"between new_received_on and {self.day}", "due_on": ">= new_received_on"}
        tests += [f"(new_{c} {rule} or {self._given(c)} is null)" for c, rule in rules.items() if c in new]
        for column in [c for c in COLUMNS if c in self.headings and c not in new]:
            given = self._given(column)
            if column in known:
                new[column] = f"try_cast({given} as found_{column})"
                read[column] = known[column].read_sql(f"new_{column}", "new_received_on")
                if column != "province_id":
                    tests.append(f"(new_{column} is not null or {given} is null)")
            elif self._is_typed(column):
                read[column] = given
            elif column in TEXTS:
                new[column], read[column] = _trimmed(given), f"new_{column}"
                tests.append(f"({_is_clean(f'new_{column}')} or {given} is null)")
            else:  # no word of the column is known
                tests.append(f"{given} is null")
        tests.append(f"{read['province_id']} is not null")
        # All columns stand here as they are: of one that is only cast to a day, DuckDB has read_csv do that, and loses
        # the row that is none.
        as_found = ", ".join(f"'{c}', cast({identifier(h)} as varchar)" for c, h in self.headings.items())
        read["dossier_id"] = f"case when is_plain then new_dossier_id else cast(json_object({as_found}) as varchar) end"
        return f"""
            with given as (select *, {", ".join(f"{sql} as new_{c}" for c, sql in new.items())} from {relation}),
            judged as (select *, coalesce({" and ".join(tests)}, false) as is_plain from given)
            select {", ".join(f"{read[c]} as {c}" for c in COLUMNS)}, {_month_sql("is_plain", "new_received_on")}
            from judged
        """

    def handed_on(self, relation: str) -> str:
        """Return the rows that the short way did not let through, as the extract has them."""
        shape = literal(json.dumps(dict.fromkeys(self.headings, "VARCHAR")))
        columns = {heading: column for column, heading in self.headings.items()}  # two of ours may have one heading
        types = {c: self.types[c] if self._is_typed(c) else "varchar" for c in columns.values()}
        cells = ", ".join(f"cast(cells.{c} as {types[c]}) as {identifier(heading)}" for heading, c in columns.items())
        return f"(select {cells} from (select from_json(dossier_id, {shape}) as cells from {relation}))"


def _month_sql(condition: str, received_on: str) -> str:
    return ", ".join(f"case when {condition} then {p}({received_on}) end as received_{p}" for p in ("year", "month"))


def spellings(reference: Reference) -> list[tuple[str, str, date, date]]:
    """Return the rows of `_provinces` (spelling in lower case, province_id, valid_from, valid_to).

    With and without diacritics, and every id; at most one row for a spelling and day.
    """
    spans: dict[tuple[str, str], set[tuple[date, date]]] = defaultdict(set)
    for text, meant in reference.province_spellings:
        for spelling in (fold(text).lower(), search_key(text)):
            spans[spelling, meant.province_id].add((meant.valid_from, meant.valid_to))
        spans[meant.province_id, meant.province_id].update(reference.province_days(meant.province_id))
    rows: list[tuple[str, str, date, date]] = []
    for (spelling, province_id), days in sorted(spans.items()):
        for first, last in sorted(days):
            if rows and rows[-1][:2] == (spelling, province_id) and (first - rows[-1][3]).days <= 1:
                rows[-1] = (spelling, province_id, rows[-1][2], max(last, rows[-1][3]))
            else:
                rows.append((spelling, province_id, first, last))
    return rows
