-- Places where a document restates its own number or date otherwise than it is known by.
with own_references as (

    select * from {{ ref('stg_records__own_references') }}
    where is_latest_file

),

documents as (

    select * from {{ ref('int_documents__unioned') }}

),

int_conflicts__own_references as (

    select
        'own_number_or_date' as conflict_kind,
        case
            when
                own_references.stated_number <> documents.document_number
                and own_references.stated_date <> documents.issue_date then 'number_and_date'
            when own_references.stated_number <> documents.document_number then 'number'
            else 'date'
        end as rule_code,
        documents.document_id,
        own_references.own_reference_id as figure_id,
        cast(null as string) as other_figure_ids,
        cast(null as double) as stated_value,
        cast(null as double) as other_value,
        cast(null as double) as difference,
        0.0 as tolerance,
        false as is_rounding_note,
        cast(null as string) as unit,
        coalesce(own_references.stated_number, '') || ' (' || coalesce(cast(own_references.stated_date as string), '')
        || ') / ' || coalesce(documents.document_number, '') || ' ('
        || coalesce(cast(documents.issue_date as string), '') || ')' as detail
    from own_references
    inner join documents
        on own_references.package_name = documents.package_name
    where
        own_references.stated_number <> documents.document_number
        or own_references.stated_date <> documents.issue_date

)

select * from int_conflicts__own_references
