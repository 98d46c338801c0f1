{{ config(materialized='view') }}
-- Each dossier as the latest extract of its source tells it. Only months in which a dossier may stand twice are sorted.
with dossiers as (

    select * from {{ ref('stg_extracts__dossiers') }}

),

latest as (

    select
        *,
        row_number() over (partition by source_id, dossier_id order by vintage_no desc) as recency
    from dossiers
    where is_contested

),

int_dossiers__current as (

    select * from dossiers
    where not is_contested

    union all

    select {{ all_but(['recency']) }} from latest
    where recency = 1

)

select * from int_dossiers__current
