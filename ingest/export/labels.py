"""Words in place of codes, for readers who do not know the codes: taken from the release's own `reference` tables."""

import duckdb

from ingest.quoting import identifier, literal

_BY_NAME = {
    "indicator_code": ("indicator", "indicator_code", "name"),
    "index_code": ("index_definition", "index_code", "name"),
    "not_comparable_reason": ("reason", "reason_code", "sentence"),
    "reform_field_code": ("reform_field", "reform_field_code", "name_{language}_2021"),
    "status_code": ("status", "status_code", "label"),
}
"""Column of a mart: table of `reference`, its code, and its words but for `_vi` or `_en`."""
_VOCABULARY_OF = {"relation": "citation_relation", "role": "agency_role", "target_comparator": "comparator"}
"""Columns that do not bear the name of their vocabulary."""


def label_expressions(connection: duckdb.DuckDBPyConnection, columns: list[str], language: str) -> dict[str, str]:
    """Return, for each column that holds codes with words, the SQL of its words; a code without words stays."""
    found = connection.execute("select distinct vocabulary from reference.vocabulary").fetchall()
    vocabularies = {str(name) for (name,) in found}
    expressions = {}
    for column in columns:
        if column in _BY_NAME:
            table, code, words = _BY_NAME[column]
            words = words.format(language=language) if "{" in words else f"{words}_{language}"
            condition = ""
        elif _VOCABULARY_OF.get(column, column) in vocabularies:
            table, code, words = "vocabulary", "code", f"label_{language}"
            condition = f" and labels.vocabulary = {literal(_VOCABULARY_OF.get(column, column))}"
        else:
            continue
        value = f"rows.{identifier(column)}"
        label = f"select labels.{words} from reference.{table} as labels where labels.{code} = {value}{condition}"
        expressions[column] = f"coalesce(({label}), {value})"
    return expressions


def vocabulary_words(
    connection: duckdb.DuckDBPyConnection, vocabularies: tuple[str, ...], language: str
) -> dict[tuple[str, str], str]:
    """Return the words of every code of some vocabularies, by (vocabulary, code)."""
    chosen = ", ".join(map(literal, vocabularies))
    found = connection.execute(
        f"select vocabulary, code, label_{language} from reference.vocabulary where vocabulary in ({chosen})"
    ).fetchall()
    return {(vocabulary, code): words for vocabulary, code, words in found}
