"""What a one-stop system's extract says under its own headings, and what that means here, as SQL.

`data/dossiers/sources/<source_id>.yml` says whose extract it is; `data/dossiers/systems/<system_code>.yml` says under
which headings and with which words its system exports.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ingest import limits
from ingest.check import broken_rule
from ingest.messages import gettext as _
from ingest.problems import BadInput, Problem, nearest_spellings
from ingest.quoting import identifier, literal
from ingest.readers import TextLoader, read_utf8
from ingest.reading.text import fold, search_key
from ingest.reference import Reference

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$")]

TEXTS = ("dossier_id", "agency_text", "procedure_code", "field_text")
DATES = ("received_on", "due_on", "resolved_on")
CODES = ("admin_level", "channel")
FLAGS = ("is_returned_by_post", "is_paid_online", "is_digitised")
COLUMNS = (*TEXTS[:1], "province_id", *TEXTS[1:], *CODES, *DATES, *FLAGS)
"""Of a landed dossier, in their order."""
REQUIRED = ("dossier_id", "received_on")
REASONS = (
    "unreadable_row", "no_dossier_id", "identity_number", "no_received_date", "unreadable_date",
    "received_after_extract", "resolved_after_extract", "resolved_before_received", "due_before_received",
    "unknown_province", "unknown_word", "conflicting_rows", "duplicate_row",
)  # fmt: skip
"""Why a row of an extract is not landed."""


class DossierSource(BaseModel):
    """Whose dossiers an extract holds, and how to cite them (grain: source)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    source_id: _Id
    source_kind: Literal["extract", "synthetic"]
    source_family_code: _Id
    system_code: _Id
    publisher: _Text
    title_vi: _Text
    title_en: _Text
    licence: _Text
    trust_grade: Literal["A", "B"]
    province: _Id | None = None
    """Where the extract has no column of provinces."""
    admin_level: _Id | None = None
    """Where the extract has no column of levels."""
    address: _Text | None = None
    note: _Text | None = None


class ExportingSystem(BaseModel):
    """The headings and words of one exporting system (grain: system)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    system_code: _Id
    title: _Text
    columns: dict[_Text, _Text]
    """Our column: the system's heading. `province` stands for any spelling of a province."""
    words: dict[_Text, dict[_Text, _Text]] = Field(default_factory=dict)
    """Of admin_level, channel and the flags: the system's word: ours."""
    date_formats: list[_Text] = Field(default_factory=list)
    """As strptime has them; ISO dates are always read."""
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    not_loaded: list[_Text] = Field(default_factory=list)
    """Headings that are known and left out."""


_Model = TypeVar("_Model", DossierSource, ExportingSystem)


def _read(path: Path, file: str, model: type[_Model]) -> _Model:
    if path.is_symlink():
        raise BadInput([Problem(file, _("this is a link; records are plain files"))])
    content = path.read_bytes()
    text, problem = read_utf8(content[: limits.MAX_FIELDS_BYTES], file)
    if problem or len(content) > limits.MAX_FIELDS_BYTES:
        raise BadInput([problem or Problem(file, _("the file is too large for a description"))])
    try:
        return model.model_validate(yaml.load(text, TextLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        words = _("the file is no well-formed YAML in UTF-8")
        raise BadInput([Problem(file, words, row=mark.line + 1 if mark else None)]) from error
    except ValidationError as error:
        known = tuple(model.model_fields)
        raise BadInput(
            Problem(
                file,
                _broken_rule(found),
                column=".".join(map(str, found["loc"])) or None,
                text=None if found["type"] == "missing" else str(found["input"])[:120],
                nearest=nearest_spellings(str(found["loc"][-1]), known) if found["type"] == "extra_forbidden" else (),
            )
            for found in error.errors()
        ) from error


def _broken_rule(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return _("unknown field")
    if error["type"] == "string_pattern_mismatch":
        return _("expected a-z and 0-9, joined by '-' or '_'")
    return broken_rule(error)


def allowed_words(reference: Reference) -> dict[str, list[str]]:
    """Return what a column of codes or flags can say, by column."""
    codes = {"admin_level": "admin_level", "channel": "dossier_channel"}
    words = {column: list(reference.vocabularies[code]) for column, code in codes.items()}
    return words | {column: ["true", "false"] for column in FLAGS}


def read_source(data: Path, source_id: str, reference: Reference) -> tuple[DossierSource, ExportingSystem]:
    """Return the description of a source and of its system.

    Raises BadInput with every problem: no such description, an unknown column, province, level or word.
    """
    folder = data / "dossiers" / "sources"
    path, file = folder / f"{source_id}.yml", f"dossiers/sources/{source_id}.yml"
    if not path.exists():
        held = sorted(p.stem for p in folder.glob("*.yml"))
        words = _("there is no description of this source; expected {file}").format(file=file)
        raise BadInput([Problem(file, words, nearest=nearest_spellings(source_id, held) or tuple(held[:3]))])
    source = _read(path, file, DossierSource)
    problems = []
    if source.source_id != source_id:
        words = _("expected the name of the file, {name}").format(name=source_id)
        problems.append(Problem(file, words, column="source_id", text=source.source_id))
    provinces = {name.province_id for names in reference.province_names.values() for name in names}
    if source.province and source.province not in provinces:
        nearest = nearest_spellings(source.province, provinces)
        problems.append(Problem(file, _("unknown province"), column="province", text=source.province, nearest=nearest))
    levels = reference.vocabularies["admin_level"]
    if source.admin_level and source.admin_level not in levels:
        problems.append(Problem(file, _("unknown level"), column="admin_level", text=source.admin_level))
    system_path = data / "dossiers" / "systems" / f"{source.system_code}.yml"
    system_file = f"dossiers/systems/{source.system_code}.yml"
    if not system_path.exists():
        words = _("there is no description of this system; expected {file}").format(file=system_file)
        raise BadInput([*problems, Problem(file, words, column="system_code", text=source.system_code)])
    system = _read(system_path, system_file, ExportingSystem)
    known = [*COLUMNS[:1], "province", *COLUMNS[2:]]
    for column in system.columns:
        if column not in known:
            nearest = nearest_spellings(column, known)
            problems.append(Problem(system_file, _("unknown column"), column=f"columns.{column}", nearest=nearest))
    for column in REQUIRED:
        if column not in system.columns:
            problems.append(Problem(system_file, _("missing column"), column=f"columns.{column}"))
    for column, constant in (("province", source.province), ("admin_level", source.admin_level)):
        if column not in system.columns and not constant:
            words = _("neither a column of the system nor a constant of the source says it")
            problems.append(Problem(file, words, column=column))
    allowed = allowed_words(reference)
    for column, words_of in system.words.items():
        for theirs, ours in words_of.items():
            if ours not in allowed.get(column, ()):
                expected = ", ".join(allowed.get(column, ())) or _("no words for this column")
                words = _("expected one of: {expected}").format(expected=expected)
                problems.append(Problem(system_file, words, column=f"words.{column}.{theirs}", text=ours))
    if problems:
        raise BadInput(problems)
    return source, system


def _date(column: str, sql_type: str, formats: list[str]) -> str:
    if sql_type.startswith(("DATE", "TIMESTAMP")):
        return f"cast({column} as date)"
    iso = f"try_cast({column} as date)"
    if not formats:
        return iso
    tried = ", ".join(map(literal, formats))
    return f"coalesce(cast(try_strptime(trim({column}), [{tried}]) as date), {iso})"


def _trimmed(text: str) -> str:
    """Return a text without spaces round it, null where nothing is left; most texts are ASCII and have none."""
    clean = f"strlen({text}) = length({text}) and not starts_with({text}, ' ') and not ends_with({text}, ' ')"
    return f"nullif(case when {clean} then {text} else trim({text}) end, '')"


def _constant_province(source: DossierSource, reference: Reference) -> str:
    """Return the source's province on the days on which it existed."""
    spans = reference.province_days(source.province or "")
    days = " or ".join(f"new_received_on between date '{first}' and date '{last}'" for first, last in spans)
    return f"case when {days} then {literal(source.province or '')} end" if days else "null"


def _word(column: str, words: Mapping[str, str]) -> str:
    """Return a CASE that reads the words as they stand, and only what is left over in any case and spacing."""
    exact = " ".join(f"when {literal(theirs)} then {literal(ours)}" for theirs, ours in words.items())
    folded = {theirs.strip().casefold(): ours for theirs, ours in words.items()}
    loose = " ".join(f"when {literal(theirs)} then {literal(ours)}" for theirs, ours in folded.items())
    return f"case {column} {exact} else case lower(trim({column})) {loose} end end"


def typed_sql(
    relation: str,
    types: Mapping[str, str],
    source: DossierSource,
    system: ExportingSystem,
    reference: Reference,
    extracted_on: date,
    normalises: bool,
) -> str:
    """Return the SELECT that reads an extract: COLUMNS, `_reason` (null: landed) and `_words` (of a refused row).

    `relation` gives the extract's columns by their headings, `types` says how; the table `_provinces` must exist.
    `normalises` brings texts into Unicode NFC, which costs as much as all the rest: only where it is needed.
    """
    nfc = "nfc_normalize" if normalises else ""
    read, words_read = {}, []
    allowed = allowed_words(reference)
    for column in COLUMNS:
        heading = system.columns.get("province" if column == "province_id" else column)
        given = identifier(heading) if heading else None
        if column in DATES:
            read[column] = (
                _date(given, types[heading], system.date_formats) if given and heading else "cast(null as date)"
            )
            if given and heading and not types[heading].startswith(("DATE", "TIMESTAMP")):
                words_read.append(("unreadable_date", column, given))
        elif column in (*CODES, *FLAGS):
            words = {w: w for w in allowed[column]} | system.words.get(column, {})
            constant = source.admin_level if column == "admin_level" else None
            expression = (
                _word(f"cast({given} as varchar)", words) if given else (literal(constant) if constant else "null")
            )
            read[column] = f"cast({expression} as boolean)" if column in FLAGS else f"cast({expression} as varchar)"
            if given:
                words_read.append(("unknown_word", column, given))
        elif column != "province_id":
            # ids are all different, and trimming one costs more than to see that it need not be
            trimmed = _trimmed if column == "dossier_id" else "nullif(trim({0}), '')".format
            read[column] = f"{nfc}({trimmed(f'cast({given} as varchar)')})" if given else "cast(null as varchar)"
    lost = {
        reason: " or ".join(
            f"(new_{column} is null and trim(cast({given} as varchar)) <> '')"
            for found, column, given in words_read
            if found == reason
        )
        or "false"
        for reason in ("unreadable_date", "unknown_word")
    }
    ours = ", ".join(f"{read[c]} as new_{c}" for c in COLUMNS if c != "province_id")
    mapped = [
        system.columns[c] for c in ("dossier_id", "province", *DATES, *TEXTS[1:], *CODES, *FLAGS) if c in system.columns
    ]
    as_found = ", ".join(f"{literal(h)}, cast({identifier(h)} as varchar)" for h in mapped)
    heading = system.columns.get("province")
    province, join = f"cast({_constant_province(source, reference)} as varchar)", ""
    if heading:
        key = f"lower({nfc}(trim(cast(given.{identifier(heading)} as varchar))))"
        province = "p.province_id"
        join = (
            f"left join _provinces as p on p.spelling = {key} and new_received_on between p.valid_from and p.valid_to"
        )
    day = literal(extracted_on.isoformat())
    return f"""
        with given as (select *, {ours} from {relation}),
        placed as (select given.*, {province} as new_province_id from given {join}),
        judged as (
            select *, case
                when new_dossier_id is null then 'no_dossier_id'
                when strlen(new_dossier_id) in (9, 12) and regexp_full_match(new_dossier_id, '\\d+')
                    then 'identity_number'
                when {lost["unreadable_date"]} then 'unreadable_date'
                when new_received_on is null then 'no_received_date'
                when new_received_on > date {day} then 'received_after_extract'
                when new_resolved_on > date {day} then 'resolved_after_extract'
                when new_resolved_on < new_received_on then 'resolved_before_received'
                when new_due_on < new_received_on then 'due_before_received'
                when new_province_id is null then 'unknown_province'
                when {lost["unknown_word"]} then 'unknown_word'
            end as _reason
            from placed
        )
        select {", ".join(f"new_{c} as {c}" for c in COLUMNS)}, _reason,
            case when _reason <> 'identity_number' then cast(json_object({as_found}) as varchar) end as _words,
            case when _reason is null then year(new_received_on) end as received_year,
            case when _reason is null then month(new_received_on) end as received_month
        from judged
    """


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
            if rows and rows[-1][:2] == (spelling, province_id) and first <= rows[-1][3]:
                rows[-1] = (spelling, province_id, rows[-1][2], max(last, rows[-1][3]))
            else:
                rows.append((spelling, province_id, first, last))
    return rows
