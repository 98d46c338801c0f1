-- One row per reported figure; what identifies it is never null, so that equal figures are equal.
select
    _file,
    _row,
    result_id,
    unit,
    try_cast(value as double) as value,
    coalesce(page_id, _package) as source,
    coalesce(province, '') as province,
    indicator_code as indicator,
    admin_level,
    coalesce(scope_code, 'whole') as scope,
    coalesce(scope_vi, '') as scope_words,
    subject_vi as subject,
    coalesce(period_start, '') || '/' || coalesce(period_end, '') || '/' || coalesce(measured_on, '')
    || '/' || coalesce(period_text, '') as period,
    now_results.value as printed_value
from now_results
order by all
