-- The documentation of every published table and column, from the same YAML that dbt documents and enforces.
{% set ns = namespace(rows=[]) -%}
{% if execute -%}
    {% for node in graph.nodes.values() -%}
        {% if node.resource_type in ('model', 'seed') and node.schema in ('marts', 'audit', 'reference') -%}
            {% for column in node.columns.values() -%}
                {% set meta = column.config.meta if column.config is defined and column.config.meta else column.meta -%}
                {% do ns.rows.append([node.schema, node.name, loop.index, column.name, column.data_type,
                    column.description, meta.get('unit'), meta.get('label_vi')]) -%}
            {% endfor -%}
        {% endif -%}
    {% endfor -%}
{% endif -%}
with audit_data_dictionary as (

    {% for row in ns.rows | sort -%}
        select
            {{ dbt.string_literal(row[0]) }} as schema_name,
            {{ dbt.string_literal(row[1]) }} as table_name,
            {{ row[2] }} as column_position,
            {{ dbt.string_literal(row[3]) }} as column_name,
            {{ dbt.string_literal(row[4]) if row[4] else 'cast(null as varchar)' }} as data_type,
            {{ dbt.string_literal(dbt.escape_single_quotes(row[5] | trim)) }} as description,
            {{ dbt.string_literal(row[6]) if row[6] else 'cast(null as varchar)' }} as unit,
            {{ dbt.string_literal(row[7]) if row[7] else 'cast(null as varchar)' }} as label_vi
        {{ "union all" if not loop.last }}
    {% else -%}
        select
            cast(null as varchar) as schema_name,
            cast(null as varchar) as table_name,
            cast(null as integer) as column_position,
            cast(null as varchar) as column_name,
            cast(null as varchar) as data_type,
            cast(null as varchar) as description,
            cast(null as varchar) as unit,
            cast(null as varchar) as label_vi
        where false
    {% endfor -%}
)

select * from audit_data_dictionary
