{# A share in percent, null where there is nothing to divide by. Doubles, so that every engine divides alike. #}
{% macro percent_of(numerator, denominator) -%}
    100.0 * cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}

{# A sum that is null unless every row states its count: a sum of what is there would pass for the whole. #}
{% macro complete_sum(count_column) -%}
    case when count({{ count_column }}) = count(*) then sum({{ count_column }}) end
{%- endmacro %}

{# Half a unit of the last printed digit: what rounding alone can explain. #}
{% macro half_unit(decimals) -%} (0.5 * power(10.0, -({{ decimals }}))) {%- endmacro %}

{% macro days_between(first, last) -%}
    {{ return(adapter.dispatch('days_between', 'parvn')(first, last)) }}
{%- endmacro %}
{% macro default__days_between(first, last) -%} datediff('day', {{ first }}, {{ last }}) {%- endmacro %}
{% macro spark__days_between(first, last) -%} cast(datediff(day, {{ first }}, {{ last }}) as bigint) {%- endmacro %}
