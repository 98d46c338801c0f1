"""Great Expectations suites over the raw tables as pandas frames: what no single record can tell.

A rule is a row of `rules.csv`, its bounds too; a frame is one query of `frames/` over the newest vintage of the raw
tables (`now_...`), those of the release before (`before_...`) and seeds (`seed_...`). Each row of a frame names the
file and row that a person looks at first.
"""

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from ingest.audit.exceptions import AcceptedException, how_to_accept, reason_for
from ingest.contracts import TABLES
from ingest.messages import either, in_english, joined
from ingest.messages import gettext as _
from ingest.paths import SEEDS
from ingest.problems import FaultyRecords, ParvnError, Problem
from ingest.quoting import literal

FOLDER = Path(__file__).parent
PLACE = ["_file", "_row"]
IDS = {model.id_column for model in TABLES.values()}
SHOWN_ROWS = 10
USED_SEEDS = ("index_edition", "index_component", "dossier_flow_indicator")
VIEWS = ("now", "before")


@dataclass(frozen=True)
class Rule:
    """One expectation (grain: row of `rules.csv`)."""

    rule_code: str
    suite: str
    frame: str
    rows: str
    """Which rows of the frame it is about, as SQL; empty: all."""
    expectation: str
    columns: tuple[str, ...]
    min_value: float | None
    max_value: float | None
    is_excusable: bool
    """Whether a recorded reason may accept a row at fault: what a source does may be strange, what we do may not."""
    is_since_release: bool
    """Whether it compares with the release before."""
    meaning_en: str
    meaning_vi: str

    @property
    def expected(self) -> str:
        """Return the bounds in words."""
        if self.expectation == "column_values_to_be_null":
            return _("{column}: none").format(column=self.columns[0])
        if self.expectation == "compound_columns_to_be_unique":
            return _("unique: {columns}").format(columns=", ".join(self.columns))
        bounds = [
            f"{sign} {bound:g}" for sign, bound in ((">=", self.min_value), ("<=", self.max_value)) if bound is not None
        ]
        words = _("{column} {lower} and {upper}") if len(bounds) > 1 else "{column} {lower}"
        return words.format(column=self.columns[0], lower=bounds[0], upper=bounds[-1])


@dataclass(frozen=True)
class Fault:
    """One row at fault."""

    file: str
    row: int
    values: dict[str, Any]
    reason: str | None = None
    """Why it is accepted, where it is."""
    sheet: str | None = None
    """The sheet, where the file is a workbook of records and the frame is of one table."""

    def __str__(self) -> str:
        values = ", ".join(f"{k} {_shown(v)}" for k, v in self.values.items())
        return str(Problem(self.file, values, self.sheet, self.row))


@dataclass(frozen=True)
class RuleResult:
    """How one expectation ended."""

    rule: Rule
    row_count: int
    observed: str
    faults: list[Fault] = field(default_factory=list)
    accepted: list[Fault] = field(default_factory=list)
    error: str | None = None
    """Why it could not be evaluated."""

    @property
    def is_success(self) -> bool:
        """Tell whether nothing but accepted rows is at fault."""
        return not self.faults and self.error is None

    def record(self) -> dict[str, Any]:
        """Return the result as plain values, for JSON and for the warehouse; it names no time."""
        return {
            "suite": self.rule.suite,
            "rule_code": self.rule.rule_code,
            "expectation": self.rule.expectation,
            "subject": f"{self.rule.frame}: {self.rule.rows}" if self.rule.rows else self.rule.frame,
            "meaning_en": self.rule.meaning_en,
            "meaning_vi": self.rule.meaning_vi,
            "row_count": self.row_count,
            "expected": in_english(self.rule.expected),
            "observed": in_english(self.observed),
            "fault_count": len(self.faults),
            "accepted_count": len(self.accepted),
            "is_success": self.is_success,
        }


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def read_rules(path: Path = FOLDER / "rules.csv") -> list[Rule]:
    """Return the rules in their order."""

    def number(text: str) -> float | None:
        return float(text) if text else None

    with path.open(encoding="utf-8", newline="") as file:
        return [
            Rule(
                row["rule_code"], row["suite"], row["frame"], row["rows"], row["expectation"],
                tuple(row["columns"].split(";")), number(row["min_value"]), number(row["max_value"]),
                row["is_excusable"] == "true", row["is_since_release"] == "true", row["meaning_en"], row["meaning_vi"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def prepare(connection: duckdb.DuckDBPyConnection, release_before: Path | None) -> None:
    """Make the views that the frames read: `now_...`, `before_...` and `seed_...`.

    A table or column that the release before did not have yet is empty there.
    """
    held: set[str] = set()
    if release_before:
        connection.execute(f"attach {literal(release_before)} as before (read_only)")
        held = {
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_columns() where database_name = 'before' and schema_name = 'raw' "
                "and column_name = '_is_latest'"
            ).fetchall()
        }
    for name in TABLES:
        connection.execute(f"create or replace temp view now_{name} as select * from raw.{name} where _is_latest")
        empty = f"select * from raw.{name} where false"
        before = f"union all by name select * from before.raw.{name} where _is_latest" if name in held else ""
        connection.execute(f"create or replace temp view before_{name} as {empty} {before}")
    for name in USED_SEEDS:
        path = literal(SEEDS / "reference" / f"{name}.csv")
        connection.execute(
            f"create or replace temp view seed_{name} as select * from read_csv({path}, all_varchar = true)"
        )
    for when in VIEWS:
        counts = " union all ".join(
            f"select '{name}' as record_table, _file, min(_row) as _row, count(*) as rows_count "
            f"from {when}_{name} group by _file"
            for name in TABLES
        )
        connection.execute(f"create or replace temp view {when}_record_files as {counts}")


def frame_of(connection: duckdb.DuckDBPyConnection, name: str, rows: str = "") -> pd.DataFrame:
    """Return a frame, or those of its rows that a condition names."""
    sql = (FOLDER / "frames" / f"{name}.sql").read_text(encoding="utf-8")
    return connection.execute(f"select * from (\n{sql}\n) where {rows or 'true'} order by all").df()


def _observed(rule: Rule, frame: pd.DataFrame) -> str:
    if frame.empty:
        return _("nothing to compare with") if rule.is_since_release else _("no rows")
    if rule.expectation == "column_values_to_be_null":
        return _("{count} filled").format(count=int(frame[rule.columns[0]].notna().sum()))
    if rule.expectation == "compound_columns_to_be_unique":
        return _("{count} repeated").format(count=int(frame.duplicated(list(rule.columns)).sum()))
    values = frame[rule.columns[0]].dropna()
    if values.empty:
        return _("nothing to compare with")
    return _("{lowest} to {highest}").format(lowest=_shown(float(values.min())), highest=_shown(float(values.max())))


def validate(
    rules: Iterable[Rule], frames: dict[tuple[str, str], pd.DataFrame], exceptions: Iterable[AcceptedException] = ()
) -> list[RuleResult]:
    """Evaluate rules on their frames (by frame and condition), as one suite per suite, frame and condition."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("raw")
    found: dict[str, RuleResult] = {}
    listed, exceptions = list(rules), list(exceptions)

    def batch_of(rule: Rule) -> tuple[str, str, str]:
        return rule.suite, rule.frame, rule.rows

    for number, (batch, group) in enumerate(groupby(sorted(listed, key=batch_of), key=batch_of)):
        members = list(group)
        frame = frames[batch[1], batch[2]]
        suite = gx.ExpectationSuite(name=f"{number}_{batch[0]}", expectations=[_expectation(gx, r) for r in members])
        definition = gx.ValidationDefinition(
            name=suite.name,
            data=source.add_dataframe_asset(suite.name).add_batch_definition_whole_dataframe("whole"),
            suite=context.suites.add(suite),
        )
        outcome = context.validation_definitions.add(definition).run(
            batch_parameters={"dataframe": frame},
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": [*PLACE, *(c for c in frame.columns if c in IDS)],
            },
        )
        by_code = {rule.rule_code: rule for rule in members}
        for result in outcome.results:
            assert result.expectation_config
            rule = by_code[(result.expectation_config.meta or {})["rule_code"]]
            found[rule.rule_code] = _result(rule, frame, result, exceptions)
    return [found[rule.rule_code] for rule in listed]


def _expectation(gx: Any, rule: Rule) -> Any:
    meta = {"rule_code": rule.rule_code}
    kinds = gx.expectations
    if rule.expectation == "column_values_to_be_between":
        return kinds.ExpectColumnValuesToBeBetween(
            column=rule.columns[0], min_value=rule.min_value, max_value=rule.max_value, meta=meta
        )
    if rule.expectation == "column_values_to_be_null":
        return kinds.ExpectColumnValuesToBeNull(column=rule.columns[0], meta=meta)
    if rule.expectation == "compound_columns_to_be_unique":
        return kinds.ExpectCompoundColumnsToBeUnique(column_list=list(rule.columns), meta=meta)
    raise ParvnError(
        _("rules.csv: {rule} names an expectation that is not known: {expectation}").format(
            rule=rule.rule_code, expectation=rule.expectation
        )
    )


def _result(rule: Rule, frame: pd.DataFrame, result: Any, exceptions: list[AcceptedException]) -> RuleResult:
    raised = result.exception_info or {}
    messages = [
        info["exception_message"]
        for info in ([raised] if "raised_exception" in raised else raised.values())
        if info.get("raised_exception")
    ]
    if messages:
        return RuleResult(rule, len(frame), _("not evaluated"), error="; ".join(map(str, messages)))
    faults, accepted = [], []
    for place in result.result.get("unexpected_index_list") or []:
        values = {key: value for key, value in place.items() if key not in PLACE}
        file = str(place["_file"])
        sheet = rule.frame if rule.frame in TABLES and file.endswith(".xlsx") else None
        shown = {k: _plain(values[k]) for k in sorted(values, key=lambda k: k not in IDS)}  # the id first
        fault = Fault(file, int(place["_row"]), shown, sheet=sheet)
        reason = rule.is_excusable and (
            reason_for(exceptions, rule.rule_code, fault.file)
            or reason_for(exceptions, rule.rule_code, f"{fault.file} row {fault.row}")
        )
        if reason:
            accepted.append(replace(fault, reason=reason))
        else:
            faults.append(fault)
    error = None if result.success or faults or accepted else _("it failed and named no row")
    return RuleResult(rule, len(frame), _observed(rule, frame), faults, accepted, error)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def audit(
    connection: duckdb.DuckDBPyConnection,
    release_before: Path | None,
    exceptions: Iterable[AcceptedException] = (),
    spent: Iterable[AcceptedException] = (),
    rules: list[Rule] | None = None,
) -> list[RuleResult]:
    """Evaluate every rule on the raw tables of `connection`.

    `spent` are the reasons that the release before knew already: they cannot explain what changed since.
    """
    rules = read_rules() if rules is None else rules
    prepare(connection, release_before)
    exceptions, spent = list(exceptions), set(spent)
    fresh = [e for e in exceptions if e not in spent]
    results = {}
    for since in (False, True):
        chosen = [rule for rule in rules if rule.is_since_release == since]
        frames = {(r.frame, r.rows): frame_of(connection, r.frame, r.rows) for r in chosen}
        for result in validate(chosen, frames, fresh if since else exceptions):
            results[result.rule.rule_code] = result
    return [results[rule.rule_code] for rule in rules]


def raise_faults(results: Iterable[RuleResult], page: Path | None = None) -> None:
    """Raise FaultyRecords if a rule failed; it names the rows at fault and how to record a reason."""
    lines: list[str] = []
    for result in results:
        if result.is_success:
            continue
        rule = result.rule
        lines.append(
            _("- {rule}: {meaning} (expected {expected}, found {observed})").format(
                rule=rule.rule_code,
                meaning=either(rule.meaning_en, rule.meaning_vi),
                expected=rule.expected,
                observed=result.observed,
            )
        )
        if result.error:
            lines.append(joined("", ["    ", _("not evaluated: {error}").format(error=result.error)]))
        lines += [joined("", ["    ", fault]) for fault in result.faults[:SHOWN_ROWS]]
        if len(result.faults) > SHOWN_ROWS:
            more = _("and {count} more rows").format(count=len(result.faults) - SHOWN_ROWS)
            lines.append(joined("", ["    ", more]))
        if result.faults and rule.is_excusable:
            line = how_to_accept(rule.rule_code, result.faults[0].file)
            lines.append(joined("", ["    ", _("if the source is so, record it: {line}").format(line=line)]))
    if lines:
        if page:
            lines.append(_("All results: {page}").format(page=page))
        words = _("the audit of the raw tables failed; nothing was published:")
        raise FaultyRecords(joined("\n", [words, *lines]))
