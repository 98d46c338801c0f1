-- A column name that the pivot does not know would lose its figures without a word; two indicators would overwrite
-- each other.
{% set flows = ref('int_dossier_flows__pivoted') -%}
{% set columns = adapter.get_columns_in_relation(flows) | map(attribute='name') | list if execute else [] -%}
select
    flow_column,
    count(*) as indicator_count
from {{ ref('dossier_flow_indicator') }}
group by flow_column
having
    count(*) <> 1
    or flow_column not in ('{{ columns | join("', '") }}')
