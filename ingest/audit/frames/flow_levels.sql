-- One row per document, scope and count of its dossier flows: the levels for which the document's other flow counts
-- stand and this one does not.
with flows as (
    select
        results._file,
        results._row,
        results._package,
        results.scope_code,
        results.indicator_code,
        results.admin_level
    from now_results as results
    inner join now_document as documents on results._package = documents._package
    inner join seed_dossier_flow_indicator as indicators on results.indicator_code = indicators.indicator_code
    where results.unit = 'dossier'
),

by_scope as (
    select
        _package,
        scope_code,
        list(distinct admin_level) as scope_levels
    from flows
    group by _package, scope_code
),

by_indicator as (
    select
        min(_file) as _file,
        min(_row) as _row,
        _package,
        scope_code,
        indicator_code,
        list(distinct admin_level) as indicator_levels
    from flows
    group by _package, scope_code, indicator_code
),

compared as (
    select
        by_indicator._file,
        by_indicator._row,
        by_indicator.indicator_code,
        list_sort(
            list_filter(
                by_scope.scope_levels, lambda level: not list_contains(by_indicator.indicator_levels, level)
            )
        ) as levels
    from by_indicator
    inner join by_scope
        on
            by_indicator._package = by_scope._package
            and by_indicator.scope_code is not distinct from by_scope.scope_code
)

select
    _file,
    _row,
    indicator_code,
    nullif(array_to_string(levels, ', '), '') as missing_levels
from compared
order by all
