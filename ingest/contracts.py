"""The contracts of the records that people write under `data/`: one strict model per table.

A record carries the words of a document and their reading. Value columns hold the reading in machine form (26286,
60.5, 2019-12-27); the printed form stays in `printed_text` and in the `..._text` columns.
"""

from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from ingest.messages import gettext as _
from ingest.messages import in_english
from ingest.messages import noop as N_
from ingest.problems import nearest_spellings
from ingest.reading.dates import read_date
from ingest.reading.numbers import NumberStyle, read_plain_number
from ingest.reading.text import ReadingError, nfc
from ingest.reference import Reference


def _error(sentence: object, **context: Any) -> PydanticCustomError:
    """Return what pydantic reports; it knows no sentences in two languages, so that they travel in its context."""
    english = in_english(sentence).replace("{", "(").replace("}", ")")
    return PydanticCustomError("record", english, {"sentence": str(sentence), **context})


def _empty_is_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def _reads(reader: Callable[[str], Any]) -> Callable[[object], Any]:
    def read(value: object) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return reader(value.strip())
        except ReadingError as error:
            raise _error(error) from error

    return read


def _read_text(value: str) -> str:
    if "\x00" in value:
        raise ReadingError(_("expected text without NUL characters"))
    return nfc(value)


def _read_iso_date(value: str) -> date:
    day = read_date(value)
    if value != day.isoformat():
        raise ReadingError(_("expected a day as YYYY-MM-DD; write {day}").format(day=day.isoformat()))
    return day


def _read_whole(value: str) -> int:
    number = read_plain_number(value)
    if number != number.to_integral_value():
        raise ReadingError(_("expected a whole number"))
    return int(number)


def _code(name: str) -> BeforeValidator:
    """Return a validator that takes only codes of one vocabulary of the seeds."""

    def check(value: object, info: ValidationInfo) -> object:
        if value is None:
            return None
        reference: Reference = (info.context or {})["reference"]
        held: Collection[str] = (
            reference.indicators
            if name == "indicator_code"
            else reference.agency_ids
            if name == "agency_id"
            else reference.vocabularies[name]
        )
        if value not in held:
            known = sorted(held) if isinstance(held, (set, frozenset)) else list(held)
            seed = name.removesuffix("_code").removesuffix("_id")
            if len(known) <= 20:
                words = _("unknown {name}; expected one of: {codes}").format(name=name, codes=", ".join(known))
            else:
                words = _("unknown {name}; expected a code of the seed {seed}").format(name=name, seed=seed)
            raise _error(words, nearest=nearest_spellings(str(value), known))
        return value

    return BeforeValidator(check, json_schema_input_type=str)


_ID, _SHA256, _FILE_NAME = r"^[a-z0-9][a-z0-9._-]*$", r"^[0-9a-f]{64}$", r"^[^/\\]*[^/\\.][^/\\]*$"
PATTERNS = {
    _ID: N_("expected a-z, 0-9, '.', '_' or '-' only, and a letter or digit first"),
    _SHA256: N_("expected 64 hexadecimal digits, a-f in lower case"),
    _FILE_NAME: N_("expected the name of a file, without a folder"),
}
"""What each pattern asks for, in words."""

_Empty = BeforeValidator(_empty_is_none)
Text = Annotated[str, BeforeValidator(_reads(_read_text)), Field(min_length=1)]
Id = Annotated[str, Field(pattern=_ID, description="ours, stable, never reused")]
Number = Annotated[Decimal, BeforeValidator(_reads(read_plain_number))]
Whole = Annotated[int, BeforeValidator(_reads(_read_whole))]
Day = Annotated[date, BeforeValidator(_reads(_read_iso_date))]
Year = Annotated[int, BeforeValidator(_reads(_read_whole)), Field(ge=1990, le=2100)]
Flag = Annotated[Literal["true", "false"], Field()]
Locator = Annotated[str, BeforeValidator(_reads(_read_text)), Field(min_length=1)]

OptText = Annotated[Text | None, _Empty]
OptId = Annotated[Id | None, _Empty]
OptNumber = Annotated[Number | None, _Empty]
OptWhole = Annotated[Whole | None, _Empty]
OptDay = Annotated[Day | None, _Empty]
OptYear = Annotated[Year | None, _Empty]
OptFlag = Annotated[Flag | None, _Empty]
Sha256 = Annotated[str | None, _Empty, Field(pattern=_SHA256)]
FileName = Annotated[str | None, _Empty, Field(pattern=_FILE_NAME)]
"""The name of a file in a folder that the user names; it leads nowhere else."""


class Record(BaseModel):
    """One row of one table; unknown columns are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id_column: ClassVar[str]
    value_columns: ClassVar[tuple[str, ...]] = ()
    """Columns that must be readable in `printed_text`."""
    cell_columns: ClassVar[tuple[str, ...]] = ()
    """Columns that repeat a table cell word by word."""


class Reading(Record):
    """A record that states figures: the words, where they stand, and whether they mean what they say."""

    value_reading: Annotated[str, _code("value_reading"), BeforeValidator(lambda v: _empty_is_none(v) or "literal")] = (
        "literal"
    )
    reading_note: OptText = None
    printed_text: OptText = None
    locator: Locator


class DocumentRecord(Record):
    """`document.yml`: one official document (grain: document)."""

    id_column = "document_id"
    document_id: Id
    document_number: OptText = None
    issue_date: OptDay = None
    document_kind: Annotated[str, _code("document_kind")]
    legal_form: Annotated[str, _code("legal_form")]
    title_vi: Text
    issuer_vi: Text
    province: Annotated[str, _code("province_id")]
    plan_year: OptYear = None
    period_start: OptDay = None
    period_end: OptDay = None
    period_text: OptText = None
    known_from: OptDay = None
    known_from_basis: Annotated[str | None, _code("known_from_basis"), _Empty] = None
    signatory_vi: OptText = None
    signatory_title_vi: OptText = None
    publisher: Text
    address: OptText = None
    accessed_on: OptDay = None
    source_file: FileName = None
    source_sha256: Sha256 = None
    source_kind: Annotated[str, _code("source_kind")] = "document"
    source_family_code: Id
    trust_grade: Annotated[str, _code("trust_grade")] = "A"
    licence: Text
    number_style: dict[str, NumberStyle] = Field(default={"default": "vietnamese"})
    supersedes: OptId = None
    vintage_reason: Annotated[str | None, _code("vintage_reason"), _Empty] = None
    revised_known_from: OptDay = None
    notes: list[Text] = Field(default_factory=list)

    def style_of(self, table: str) -> NumberStyle:
        """Return how the numbers of one of the document's tables are to be read."""
        return self.number_style.get(table, self.number_style.get("default", "vietnamese"))


class PageRecord(Record):
    """`pages.csv`: one web page, relay or publisher's file that states figures (grain: page)."""

    id_column = "page_id"
    page_id: Id
    document_kind: Annotated[
        str, _code("document_kind"), BeforeValidator(lambda v: _empty_is_none(v) or "web_page")
    ] = "web_page"
    title_vi: OptText = None
    address: Text
    publisher: Text
    published_on: OptDay = None
    accessed_on: OptDay = None
    source_kind: Annotated[str, _code("source_kind")]
    source_family_code: Id
    trust_grade: Annotated[str, _code("trust_grade")]
    licence: Text
    source_file: FileName = None
    source_sha256: Sha256 = None
    note: OptText = None


class TargetRecord(Reading):
    """`targets.csv`: one promised figure or deed (grain: target)."""

    id_column = "target_id"
    value_columns = ("target_value", "baseline_value")
    target_id: Id
    page_id: OptId = None
    province: Annotated[str | None, _code("province_id"), _Empty] = None
    plan_year: OptYear = None
    indicator_code: Annotated[str | None, _code("indicator_code"), _Empty] = None
    reform_field_code: Annotated[str, _code("reform_field_code")]
    subject_vi: Text
    subject_en: OptText = None
    comparator: Annotated[str, _code("comparator")]
    target_value: OptNumber = None
    unit: Annotated[str | None, _code("unit"), _Empty] = None
    counted_thing: OptText = None
    denominator_vi: OptText = None
    admin_level: Annotated[str, _code("admin_level")]
    scope_code: Annotated[Id, BeforeValidator(lambda v: _empty_is_none(v) or "whole")] = "whole"
    due_text: OptText = None
    due_date: OptDay = None
    target_origin: Annotated[str, _code("target_origin")]
    restates_target_id: OptId = None
    supersedes_target_id: OptId = None
    withdrawn_on: OptDay = None
    baseline_value: OptNumber = None
    baseline_measured_on: OptDay = None
    baseline_source_id: OptId = None
    planned_volume: OptNumber = None
    revised_known_from: OptDay = None
    """For a promise whose words the issuer revised in place: the day from which the new ones could be known."""


class TargetStepRecord(Reading):
    """`target_steps.csv`: an interim value that the plan itself sets for a target (grain: target x date)."""

    id_column = "target_step_id"
    value_columns = ("step_value",)
    target_step_id: Id
    target_id: Id
    step_date: Day
    step_value: Number


class TaskRecord(Reading):
    """`tasks.csv`: one row of a task table (grain: task)."""

    id_column = "task_id"
    cell_columns = (
        "task_no", "section_title_vi", "objective_vi", "task_vi", "activity_vi", "product_vi",
        "lead_text", "coordinating_text", "due_text", "budget_text",
    )  # fmt: skip
    task_id: Id
    row_no: Whole
    task_no: OptText = None
    section_code: OptText = None
    section_title_vi: OptText = None
    reform_field_code: Annotated[str, _code("reform_field_code")]
    objective_vi: OptText = None
    task_vi: Text
    activity_vi: OptText = None
    product_vi: OptText = None
    lead_text: OptText = None
    coordinating_text: OptText = None
    due_text: OptText = None
    budget_text: OptText = None
    lead_agency_ids: OptText = None
    coordinating_agency_ids: OptText = None
    due_kind: Annotated[str, _code("due_kind")]
    due_start: OptDay = None
    due_end: OptDay = None
    budget_vnd_million: OptNumber = None


class TaskMilestoneRecord(Record):
    """`task_milestones.csv`: one of several dates or steps of a task's due cell (grain: milestone)."""

    id_column = "milestone_id"
    cell_columns = ("due_text",)
    milestone_id: Id
    task_id: Id
    milestone_no: Whole
    milestone_vi: OptText = None
    due_text: Text
    due_kind: Annotated[str, _code("due_kind")]
    due_start: OptDay = None
    due_end: OptDay = None
    locator: Locator


class TaskEventRecord(Record):
    """`task_events.csv`: progress of a task with a document as evidence (grain: event)."""

    id_column = "task_event_id"
    task_event_id: Id
    task_id: Id
    event_date: Day
    task_status: Annotated[str, _code("task_status")]
    completion_grade: OptWhole = None
    rescheduled_to: OptDay = None
    evidence_document_number: OptText = None
    evidence_date: OptDay = None
    evidence_address: OptText = None
    note: OptText = None


class ResultRecord(Reading):
    """`results.csv`: one reported figure (grain: figure)."""

    id_column = "result_id"
    value_columns = ("value", "numerator", "denominator")
    result_id: Id
    page_id: OptId = None
    province: Annotated[str | None, _code("province_id"), _Empty] = None
    indicator_code: Annotated[str, _code("indicator_code")]
    reform_field_code: Annotated[str, _code("reform_field_code")]
    subject_vi: Text
    subject_en: OptText = None
    admin_level: Annotated[str, _code("admin_level")]
    scope_code: Annotated[Id, BeforeValidator(lambda v: _empty_is_none(v) or "whole")] = "whole"
    scope_vi: OptText = None
    period_text: OptText = None
    period_start: OptDay = None
    period_end: OptDay = None
    measured_on: OptDay = None
    is_period_implied: OptFlag = None
    value: Number
    unit: Annotated[str, _code("unit")]
    counted_thing: OptText = None
    numerator: OptNumber = None
    denominator: OptNumber = None
    denominator_vi: OptText = None
    received_basis: Annotated[str | None, _code("received_basis"), _Empty] = None
    value_qualifier: Annotated[
        str, _code("value_qualifier"), BeforeValidator(lambda v: _empty_is_none(v) or "exact")
    ] = "exact"
    observation_status: Annotated[
        str, _code("observation_status"), BeforeValidator(lambda v: _empty_is_none(v) or "A")
    ] = "A"
    is_final: OptFlag = None
    note: OptText = None
    revised_known_from: OptDay = None
    """For a figure that the publisher revised: the day from which the new one could be known."""


class RankingRecord(Reading):
    """`rankings.csv`: an index rank that a document states of its province (grain: index x edition)."""

    id_column = "ranking_id"
    value_columns = ("rank_published", "rank_change_printed", "score")
    ranking_id: Id
    index_code: Annotated[str, _code("index_code")]
    edition_year: Year
    rank_published: OptWhole = None
    rank_change_printed: OptWhole = None
    compared_with_edition_year: OptYear = None
    score: OptNumber = None


class CitationRecord(Record):
    """`citations.csv`: one act that a document cites (grain: cited number and date)."""

    id_column = "citation_id"
    citation_id: Id
    cited_number: OptText = None
    cited_date: OptDay = None
    cited_form: Annotated[str, _code("legal_form")]
    cited_issuer_vi: OptText = None
    cited_title_vi: OptText = None
    relation: Annotated[str, _code("citation_relation")]
    note: OptText = None
    printed_text: Text
    locator: Locator


class PrintedTotalRecord(Reading):
    """`printed_totals.csv`: what a document says of its own totals (grain: total)."""

    id_column = "printed_total_id"
    printed_total_id: Id
    quantity: Literal["task_count", "budget_total"]
    reform_field_code: Annotated[str, _code("reform_field_code")]
    value: Number
    unit: Annotated[str, _code("unit")]
    printed_value: OptNumber = None
    """The figure as printed, where its unit is not that of `value`."""
    printed_unit: OptText = None


class OwnReferenceRecord(Record):
    """`own_references.csv`: a place where a document restates its own number or date (grain: place)."""

    id_column = "own_reference_id"
    own_reference_id: Id
    stated_number: OptText = None
    stated_date: OptDay = None
    printed_text: Text
    locator: Locator


class ReviewedNumberRecord(Record):
    """`reviewed_numbers.csv`: numbers of a document that were looked at and are no record, with the reason."""

    id_column = "reviewed_number_id"
    reviewed_number_id: Id
    token: Text
    locator: Locator
    reason: Text


class IndexSourceRecord(Record):
    """`source.yml`: who publishes the index figures of a folder, how to cite them, what is missing (grain: folder)."""

    id_column = "index_source_id"
    index_source_id: Id
    index_code: Annotated[str, _code("index_code")]
    title_vi: Text
    title_en: Text
    publisher: Text
    how_to_cite: Text
    terms: Text
    address: OptText = None
    missing: list[Text] = Field(default_factory=list)
    notes: list[Text] = Field(default_factory=list)
    vintage_reason: Annotated[str | None, _code("vintage_reason"), _Empty] = None
    revised_known_from: OptDay = None


class IndexFigure(Record):
    """What every figure of an index says of itself: whose page, which edition, printed or computed."""

    page_id: Id
    index_code: Annotated[str, _code("index_code")]
    edition_year: Year
    component_code: Id
    """`total` for the whole index."""
    value_kind: Annotated[str, _code("value_kind"), BeforeValidator(lambda v: _empty_is_none(v) or "printed")] = (
        "printed"
    )
    formula_code: Annotated[str | None, _code("formula_code"), _Empty] = None
    locator: OptText = None
    note: OptText = None


class IndexScoreRecord(IndexFigure):
    """`index_scores.csv`: what a source states of one province (grain: source x edition x province x component)."""

    id_column = "index_score_id"
    index_score_id: Id
    province: Annotated[str, _code("province_id")]
    score: OptNumber = None
    rank_published: OptWhole = None
    rank_implied: OptWhole = None
    """The rank that a stated change implies; only in computed rows."""
    group_published: OptText = None
    revised_known_from: OptDay = None
    """For a figure that the publisher revised: the day from which the new one could be known."""


class IndexStatisticRecord(IndexFigure):
    """`index_statistics.csv`: a figure of an edition for the country or a region (grain: source x statistic)."""

    id_column = "index_statistic_id"
    index_statistic_id: Id
    geography: Literal["national", "region"]
    region_scheme: OptId = None
    region_code: OptId = None
    statistic_code: Annotated[str, _code("statistic_code")]
    group_code: OptText = None
    """The group that is counted."""
    group_lower: OptNumber = None
    """Scores from this one on, in the unit of the index."""
    group_upper: OptNumber = None
    """Scores below this one."""
    value: Number


TABLES: dict[str, type[Record]] = {
    "document": DocumentRecord,
    "pages": PageRecord,
    "targets": TargetRecord,
    "target_steps": TargetStepRecord,
    "tasks": TaskRecord,
    "task_milestones": TaskMilestoneRecord,
    "task_events": TaskEventRecord,
    "results": ResultRecord,
    "rankings": RankingRecord,
    "citations": CitationRecord,
    "printed_totals": PrintedTotalRecord,
    "own_references": OwnReferenceRecord,
    "reviewed_numbers": ReviewedNumberRecord,
    "index_source": IndexSourceRecord,
    "index_scores": IndexScoreRecord,
    "index_statistics": IndexStatisticRecord,
}
"""Every record table by the name of its file, sheet and raw table."""


def columns_of(table: str) -> list[str]:
    """Return the columns of a record table in their order: the id first, the reading last."""
    model = TABLES[table]
    names = [model.id_column, *(n for n in model.model_fields if n != model.id_column)]
    if issubclass(model, Reading):
        tail = list(Reading.model_fields)
        names = [n for n in names if n not in tail] + tail
    return names


def required_columns(table: str) -> list[str]:
    """Return the columns that a file of this table must have."""
    return [n for n in columns_of(table) if TABLES[table].model_fields[n].is_required()]
