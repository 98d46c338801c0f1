{{ config(materialized='view') }}
-- Each dossier as the latest extract of its source tells it. Only months in which a dossier may stand twice are sorted.
-- The two halves are read apart, so that who asks for some months reads no other files.
with uncontested as (

    select * from {{ ref('stg_extracts__dossiers') }}
    where not is_contested

),

contested as (

    select * from {{ ref('stg_extracts__dossiers') }}
    where is_contested

),

latest as (

    select
        *,
        row_number() over (partition by source_id, dossier_id order by vintage_no desc) as recency
    from contested

),

int_dossiers__current as (

    select * from uncontested

    union all

    select {{ all_but(['recency']) }} from latest
    where recency = 1

)

select * from int_dossiers__current
