-- One row per record file that the release before had too: how many times its rows of then it has now.
select
    rows_now._file,
    rows_now._row,
    rows_now.record_table,
    rows_now.rows_count,
    rows_before.rows_count as rows_before,
    rows_now.rows_count / rows_before.rows_count as growth
from now_record_files as rows_now
inner join before_record_files as rows_before using (record_table, _file)
order by all
