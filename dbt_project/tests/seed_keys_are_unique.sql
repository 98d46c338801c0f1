-- Every join to a seed relies on it.
{% set keys = {
    'indicator': 'indicator_code',
    'correction': 'correction_id',
    'online_service_indicator': 'indicator_code',
    'dossier_flow_indicator': 'indicator_code',
    'index_definition': 'index_code',
    'index_component': 'index_code, component_code, first_edition_year',
    'index_edition': 'index_code, edition_year',
    'level_scheme': 'level_scheme',
    'money_unit': 'printed_unit',
    'agency': 'agency_id',
    'agency_alias': 'alias_text',
    'province': 'province_version_id',
    'province_tile': 'province_id',
    'region': 'region_scheme, region_code',
    'reporting_lag': 'document_kind, source_family_code',
    'reform_field': 'reform_field_code',
    'vocabulary': 'vocabulary, code',
    'known_document': 'known_document_id',
    'evaluation_date': 'evaluation_date',
    'admin_level_part': 'part_set_code, part_admin_level',
    'share_set': 'share_set_code, share_indicator_code',
    'status': 'status_code',
    'reason': 'reason_code',
    'threshold_set': 'threshold_set_id',
    'break_register': 'break_id',
    'indicator_relation': 'from_indicator_code, to_indicator_code, relation_kind',
    'on_time_formula': 'formula_code',
    'indicator_part': 'part_set_code, part_indicator_code, part_scope_code'
} -%}
{% for seed, key in keys.items() -%}
    select
        '{{ seed }}' as seed_name,
        concat_ws(', ', {{ key }}) as seed_key
    from {{ ref(seed) }}
    group by {{ key }}
    having count(*) > 1
    {{ "union all" if not loop.last }}
{% endfor %}
