-- The months of received dossiers with the day up to which they were observed. A month's content changes when an
-- extract with dossiers of it lands; of the months that share a dossier, when one of them does. The years that all
-- extracts span are part of the key: the segments of time, by which dossiers are counted, end where these years end.
with partitions as (

    select * from {{ ref('stg_extracts__partitions') }}

),

contested as (

    select
        source_id,
        {{ joined_text('sha256', ',', 'vintage_no, received_year, received_month') }} as contested_sha256
    from partitions
    where is_contested
    group by source_id

),

months as (

    select
        source_id,
        received_year,
        received_month,
        max(extracted_on) as observed_on,
        bool_or(is_contested) as is_contested,
        {{ joined_text('sha256', ',', 'vintage_no') }} as own_sha256
    from partitions
    group by source_id, received_year, received_month

),

span as (

    select
        min(received_year) as first_year,
        max(year(observed_on)) as last_year
    from months

),

int_dossier_partitions__keyed as (

    select
        months.source_id,
        months.received_year,
        months.received_month,
        make_date(months.received_year, months.received_month, 1) as first_day,
        months.observed_on,
        md5(
            concat_ws(
                ' ',
                months.source_id,
                months.received_year,
                months.received_month,
                span.first_year,
                span.last_year,
                case when months.is_contested then contested.contested_sha256 else months.own_sha256 end
            )
        ) as content_key
    from months
    cross join span
    left join contested
        on months.source_id = contested.source_id

)

select * from int_dossier_partitions__keyed
