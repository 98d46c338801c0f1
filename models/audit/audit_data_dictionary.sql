-- The documentation of every published column, from the same YAML that dbt documents and enforces.
{% set ns = namespace(rows=[]) -%}
{% if execute -%}
    {% for node in graph.nodes.values() -%}
        {% if node.resource_type in ('model', 'seed') and node.schema in ('marts', 'audit', 'reference') -%}
            {% for column in node.columns.values() -%}
                {% set meta = column.config.meta if column.config is defined and column.config.meta else column.meta -%}
                {% do ns.rows.append([node.schema, node.name, loop.index, column.name, column.data_type,
                    column.description, meta.get('unit'), meta.get('label_vi'),
                    meta.get('description_vi')]) -%}
            {% endfor -%}
        {% endif -%}
    {% endfor -%}
{% endif -%}
with audit_data_dictionary as (

    select
        listed.schema_name,
        listed.table_name,
        listed.column_position,
        listed.column_name,
        cast(listed.data_type as string) as data_type,
        listed.description,
        cast(listed.unit as string) as unit,
        cast(listed.label_vi as string) as label_vi,
        cast(listed.description_vi as string) as description_vi
    from (
        values
        {% for row in ns.rows | sort -%}
            (
                {{ dbt.string_literal(row[0]) }},
                {{ dbt.string_literal(row[1]) }},
                {{ row[2] }},
                {{ dbt.string_literal(row[3]) }},
                {{ dbt.string_literal(row[4]) if row[4] else 'null' }},
                {{ dbt.string_literal(dbt.escape_single_quotes(row[5] | trim)) }},
                {{ dbt.string_literal(row[6]) if row[6] else 'null' }},
                {{ dbt.string_literal(row[7]) if row[7] else 'null' }},
                {{ dbt.string_literal(dbt.escape_single_quotes(row[8] | trim)) if row[8] else 'null' }}
            ){{ "," if not loop.last }}
        {% else -%}
            ('', '', 0, '', null, '', null, null, null)
        {% endfor -%}
    )
        as listed (
            schema_name, table_name, column_position, column_name, data_type, description, unit, label_vi,
            description_vi
        )
    where listed.schema_name <> ''

)

select * from audit_data_dictionary
