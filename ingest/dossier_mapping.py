"""What a one-stop system's extract says under its own headings, and what that means here.

`data/dossiers/sources/<source_id>.yml` says whose extract it is; `data/dossiers/systems/<system_code>.yml` says under
which headings and with which words its system exports.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from ingest import limits
from ingest.check import broken_rule
from ingest.messages import gettext as _
from ingest.problems import BadInput, Problem, nearest_spellings
from ingest.readers import TextLoader, read_utf8
from ingest.reference import Reference

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$")]

TEXTS = ("dossier_id", "agency_text", "procedure_code", "field_text")
DATES = ("received_on", "due_on", "resolved_on")
CODES = ("admin_level", "channel")
FLAGS = ("is_returned_by_post", "is_paid_online", "is_digitised")
COLUMNS = (*TEXTS[:1], "province_id", *TEXTS[1:], *CODES, *DATES, *FLAGS)
"""Of a landed dossier, in their order."""
TYPES = dict.fromkeys(COLUMNS, "varchar") | dict.fromkeys(DATES, "date") | dict.fromkeys(FLAGS, "boolean")
"""Of the columns, in SQL."""
REQUIRED = ("dossier_id", "received_on")


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
