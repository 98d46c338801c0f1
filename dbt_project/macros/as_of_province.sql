{# Joins a province to its version on a day: names and seven codes changed hands, so no key joins without a day. #}
{% macro as_of_province(province_id, day, versions) -%}
    {{ province_id }} = {{ versions }}.province_id
    and {{ day }} >= {{ versions }}.valid_from
    and {{ day }} <= {{ versions }}.valid_to
{%- endmacro %}
