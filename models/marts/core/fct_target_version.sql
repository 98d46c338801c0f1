with targets as (

    select * from {{ ref('int_targets__versioned') }}

),

fct_target_version as (

    select
        {{ all_but(['document_kind', 'due_text', 'source_family_code', 'trust_grade']) }},
        document_id as source_id
    from targets

)

select * from fct_target_version
