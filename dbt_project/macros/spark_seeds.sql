{# Seeds on Spark. The adapter's own macros put texts between quotes as they are, and write an empty cell as 'None'. #}
{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set sql -%}
        create table {{ this }} (
            {%- for name in agate_table.column_names %}
            {{ name }} {{ spark_type(model.config.column_types[name]) }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) using parquet
    {%- endset -%}
    {%- do run_query(sql) -%}
    {{ return(sql) }}
{%- endmacro %}

{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set sql -%}
        insert into {{ this }}
        select
            {%- for name in agate_table.column_names %}
            cast({{ name }} as {{ spark_type(model.config.column_types[name]) }}){{ ',' if not loop.last }}
            {%- endfor %}
        from values
            {%- for row in agate_table.rows %}
            ({% for cell in row %}{{ spark_text(cell) }}{{ ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
            {%- endfor %}
            as cells ({{ agate_table.column_names | join(', ') }})
    {%- endset -%}
    {%- if agate_table.rows -%} {%- do run_query(sql) -%} {%- endif -%}
    {{ return(sql) }}
{%- endmacro %}

{# A text as Spark reads it: a backslash begins an escape there. #}
{% macro spark_text(text) -%}
    {%- if text is none -%} cast(null as string)
    {%- else -%} '{{ text | string | replace('\\', '\\\\') | replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}
