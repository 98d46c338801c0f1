{# What Spark calls a type of the contracts and seeds: its varchar needs a length. #}
{% macro spark_type(type) -%} {{ 'string' if type == 'varchar' else type }} {%- endmacro %}

{# Contracts compare the types of a query with those of their columns, cast by this macro of dbt. #}
{% macro spark__cast(field, type) -%} cast({{ field }} as {{ spark_type(type) }}) {%- endmacro %}

{# Parquet tables keep no constraints; the adapter takes a table for Delta unless told otherwise. #}
{% macro spark__persist_constraints(relation, model) -%} {%- endmacro %}
