-- A correction dies when the source is mended: the build then stops and says which row of the seed to remove.
with corrections as (

    select * from {{ ref('audit_corrections_applied') }}

),

unfit as (

    select
        correction_id,
        case
            when record_table <> 'index_scores' or column_name not in ('score', 'rank_published')
                then concat('no correction is possible of ', record_table, '.', column_name)
            when not is_applied
                then concat(
                    'figure ', record_id, ' no longer states ', printed_value, ' as ', column_name,
                    '; the source was mended or the id is wrong: remove or mend the correction'
                )
            when printed_value = corrected_value then 'the corrected value is the printed one'
        end as complaint
    from corrections

)

-- an error in the condition, not a count of rows, so that the sentence reaches the person who runs the build
select string_agg(complaint, '; ' order by correction_id) as complaints
from unfit
where complaint is not null
having
    count(*) > 0
    and error(
        string_agg(
            concat('seeds/reference/correction.csv, correction ', correction_id, ': ', complaint), '; '
            order by correction_id
        )
    ) is null
