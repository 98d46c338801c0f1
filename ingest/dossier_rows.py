"""How the rows of an extract are read and judged, as SQL.

The full rules (`full_sql`) read any row, and are slow. But nearly every row of an extract consists of words that the
file says over and over, of days and of an id. So what a file's columns of few words say is read first, by the full
rules and once a word (`known_sql`). The short way (`short_sql`) lets a row through that says nothing else and breaks no
rule, and hands every other on as it was found (`handed_on`), for the full rules.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ingest.dossier_mapping import (
    CODES,
    COLUMNS,
    DATES,
    FLAGS,
    TEXTS,
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


@dataclass(frozen=True)
class Known:
    """The words that one column of an extract says, and what each means (grain: column)."""

    found: list[str]
    meant: list[Any]
    """In the order of `found`; null where the word is blank."""
    days: list[tuple[date, date]]
    """First and last day on which the word means that; of provinces only."""

    def types_sql(self, column: str) -> str:
        """Return the statements that create the column's types: of the words as found, and of what they mean."""
        meant = list(dict.fromkeys(str(m) for m in self.meant if m is not None))
        return "; ".join(
            f"create type {kind}_{column} as enum ({', '.join(map(literal, words))})"
            for kind, words in (("found", self.found), ("meant", meant))
        )

    def read_sql(self, column: str, found: str) -> str:
        """Return what a value of the type of found words means."""
        if column in FLAGS:
            return _nth([{None: "null", True: "true", False: "false"}[m] for m in self.meant], "boolean", found)
        if self.found == self.meant:
            return found
        return _nth(["null" if m is None else literal(m) for m in self.meant], f"meant_{column}", found)

    def within_sql(self, day: str, found: str) -> str:
        """Return whether a value of the type of found words means that on a day."""
        first, last = (_nth([f"date '{span[i]}'" for span in self.days], "date", found) for i in (0, 1))
        return f"{day} between {first} and {last}"


def _nth(values: Sequence[str], sql_type: str, found: str) -> str:
    return f"cast([{', '.join(values)}] as {sql_type}[])[enum_code({found}) + 1]"


def _is_ascii(text: str) -> str:
    return f"strlen({text}) = length({text})"


def _is_identity_number(text: str) -> str:
    return f"case when strlen({text}) in (9, 12) then regexp_full_match({text}, '\\d+') else false end"


def _is_clean(text: str) -> str:
    """Return whether a text is as it is landed; most are ASCII, and to normalise one costs more than all else."""
    trimmed = f"not starts_with({text}, ' ') and not ends_with({text}, ' ')"
    return f"{text} <> '' and case when {_is_ascii(text)} then {trimmed} else nfc_normalize(trim({text})) = {text} end"


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
        return f"cast({_word(given, words)} as {'boolean' if column in FLAGS else 'varchar'})"

    def _constant(self, column: str, received_on: str) -> str:
        """Return what is said of a column that the extract does not have."""
        if column == "province_id":
            spans = self.reference.province_days(self.source.province or "")
            days = " or ".join(f"{received_on} between date '{first}' and date '{last}'" for first, last in spans)
            return f"case when {days or 'false'} then {literal(self.source.province or '')} end"
        if column == "admin_level" and self.source.admin_level:
            return literal(self.source.admin_level)
        return f"cast(null as {'date' if column in DATES else 'boolean' if column in FLAGS else 'varchar'})"

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

        Words that mean nothing are not there.
        """
        found = (
            f"(select distinct {self._given(column)} as found from {relation} limit {MAX_KNOWN + 1}) "
            "where found is not null"
        )
        if column == "province_id":
            return (
                "select found, any_value(p.province_id), any_value(p.valid_from), any_value(p.valid_to) "
                f"from (select * from {found}) join _provinces as p on p.spelling = lower(nfc_normalize(trim(found))) "
                "group by found having count(*) = 1 order by found"
            )
        return (
            f"select found, {self._read(column, 'found')} as meant, null, null from {found} "
            "and (meant is not null or trim(found) = '') order by found"
        )

    def short_sql(self, relation: str, known: Mapping[str, Known]) -> str:
        """Return the SELECT of COLUMNS and the month; a row that is not let through has no month.

        Such a row has in place of its id all it says, as JSON by our columns. The types of `known` must exist.
        """
        days = {c: self._date(c) for c in DATES if c in self.headings}
        found = {c: f"try_cast({self._given(c)} as found_{c})" for c in known}
        read = {c: f"new_{c}" if c in days else self._constant(c, "new_received_on") for c in COLUMNS}
        tests = [
            _is_clean(self._given("dossier_id")),
            f"not {_is_identity_number(self._given('dossier_id'))}",
            f"new_received_on <= {self.day}",
        ]
        if "resolved_on" in days:
            within = f"new_resolved_on between new_received_on and {self.day}"
            tests.append(f"({within} or {self._given('resolved_on')} is null)")
        if "due_on" in days:
            tests.append(f"(new_due_on >= new_received_on or {self._given('due_on')} is null)")
        if "province_id" not in self.headings:
            tests.append(f"{read['province_id']} is not null")
        for column in set(self.headings) - {"dossier_id", *DATES}:
            given = self._given(column)
            if column in known:
                read[column] = known[column].read_sql(column, f"found_{column}")
                may_be_null = "" if column == "province_id" else f" or {given} is null"
                tests.append(f"(found_{column} is not null{may_be_null})")
                if column == "province_id":
                    tests.append(known[column].within_sql("new_received_on", f"found_{column}"))
            elif self._is_typed(column):
                read[column] = given
            elif column in TEXTS:
                read[column] = given
                tests.append(f"({given} is null or {_is_clean(given)})")
            else:  # no word of the column is known
                tests.append("false" if column == "province_id" else f"{given} is null")
        read["dossier_id"] = (
            f"case when is_plain then {self._given('dossier_id')} else cast(json_object("
            + ", ".join(f"'{c}', cast({identifier(h)} as varchar)" for c, h in self.headings.items())
            + ") as varchar) end"
        )
        more = [f"{sql} as new_{c}" for c, sql in days.items()] + [f"{sql} as found_{c}" for c, sql in found.items()]
        return f"""
            with given as (select *, {", ".join(more)} from {relation}),
            judged as (select *, coalesce({" and ".join(tests)}, false) as is_plain from given)
            select {", ".join(f"{read[c]} as {c}" for c in COLUMNS)}, {_month_sql("is_plain", "new_received_on")}
            from judged
        """

    def handed_on(self, relation: str) -> str:
        """Return the rows that the short way did not let through, as the extract has them."""
        names = {heading: column for column, heading in self.headings.items()}
        cells = ", ".join(
            f"cast(json_extract_string(dossier_id, '$.{column}') as "
            f"{self.types[column] if self._is_typed(column) else 'varchar'}) as {identifier(heading)}"
            for heading, column in names.items()
        )
        return f"(select {cells} from {relation})"


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
