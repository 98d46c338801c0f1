{# Every column but those named: for a model that hands on another's rows and whose contract names the columns. #}
{% macro all_but(columns) -%} {{ return(adapter.dispatch('all_but', 'parvn')(columns)) }} {%- endmacro %}
{% macro default__all_but(columns) -%} * exclude ({{ columns | join(', ') }}) {%- endmacro %}
{% macro spark__all_but(columns) -%} * except ({{ columns | join(', ') }}) {%- endmacro %}
