{# The texts of a group as one, in an order; texts that are null are left out. #}
{% macro joined_text(text, separator, order) -%}
    {{ return(adapter.dispatch('joined_text', 'parvn')(text, separator, order)) }}
{%- endmacro %}
{% macro default__joined_text(text, separator, order) -%}
    string_agg({{ text }}, '{{ separator }}' order by {{ order }})
{%- endmacro %}
{% macro spark__joined_text(text, separator, order) -%}
    string_agg({{ text }}, '{{ separator }}') within group (order by {{ order }})
{%- endmacro %}
