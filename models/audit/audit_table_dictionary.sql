-- The documentation of every published table, from the same YAML that dbt documents and enforces.
{% set ns = namespace(rows=[]) -%}
{% if execute -%}
    {% for node in graph.nodes.values() -%}
        {% if node.resource_type in ('model', 'seed') and node.schema in ('marts', 'audit', 'reference') -%}
            {% do ns.rows.append([node.schema, node.name, node.description, node.config.meta.get('description_vi')]) -%}
        {% endif -%}
    {% endfor -%}
{% endif -%}
with audit_table_dictionary as (

    select
        listed.schema_name,
        listed.table_name,
        listed.description,
        cast(listed.description_vi as string) as description_vi
    from (
        values
        {% for row in ns.rows | sort -%}
            (
                {{ dbt.string_literal(row[0]) }},
                {{ dbt.string_literal(row[1]) }},
                {{ dbt.string_literal(dbt.escape_single_quotes(row[2] | trim)) }},
                {{ dbt.string_literal(dbt.escape_single_quotes(row[3] | trim)) if row[3] else 'null' }}
            ){{ "," if not loop.last }}
        {% else -%}
            ('', '', '', null)
        {% endfor -%}
    ) as listed (schema_name, table_name, description, description_vi)
    where listed.schema_name <> ''

)

select * from audit_table_dictionary
