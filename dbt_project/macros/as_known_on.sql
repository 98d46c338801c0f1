{# What a reader could know on a day. Each version of a figure counts from known_from until the next one is known; a
   version that our own correction replaced was never known (known_to = known_from). A null known_from is known never. #}
{% macro as_known_on(relation, day) -%}
    ({{ relation }}.known_from <= {{ day }} and ({{ relation }}.known_to is null or {{ relation }}.known_to > {{ day }}))
{%- endmacro %}
