-- One row per record file that states figures: the share of readings by context, not by the words themselves. The row
-- named is the first such reading.
with readings as (
    select _file, _row, value_reading from now_targets
    union all
    select _file, _row, value_reading from now_tasks
    union all
    select _file, _row, value_reading from now_results
    union all
    select _file, _row, value_reading from now_rankings
)

select
    _file,
    coalesce(min(_row) filter (where value_reading = 'context'), min(_row)) as _row,
    count(*) as rows_count,
    count(*) filter (where value_reading = 'context') / count(*) as context_share
from readings
group by _file
order by all
