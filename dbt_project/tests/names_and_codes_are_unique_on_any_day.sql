-- Neither a name nor a code ever means two provinces at once.
{% for column in ['name_vi', 'name_en', 'full_name_vi', 'gso_code', 'iso_code', 'pci_code', 'papi_code'] -%}
    select
        '{{ column }}' as column_name,
        firsts.province_version_id,
        seconds.province_version_id as other_version_id,
        firsts.{{ column }} as shared_value
    from {{ ref('dim_province') }} as firsts
    inner join {{ ref('dim_province') }} as seconds
        on
            firsts.{{ column }} = seconds.{{ column }}
            and firsts.province_version_id < seconds.province_version_id
            and firsts.valid_from <= seconds.valid_to
            and firsts.valid_to >= seconds.valid_from
    {{ "union all" if not loop.last }}
{% endfor %}
