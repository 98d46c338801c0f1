{# The order in which the figures of several sources for one province and edition are preferred: trust first; of scores
   print before computation and the more precise of two equals, of ranks the earlier. #}
{% macro preferred_first(figure) -%}
    {{ figure }} is null asc, trust_grade asc,
    {%- if figure == 'score' %} value_kind desc, length({{ number_text('score') }}) desc,
    {%- else %} known_from asc nulls last,
    {%- endif %} source_id asc
{%- endmacro %}
