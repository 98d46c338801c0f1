-- The windows in which dossiers are counted and the windows of reports are told apart by one rule.
select
    period_start,
    period_end,
    period_type as listed,
    {{ period_type('period_start', 'period_end') }} as by_rule
from {{ ref('int_windows__listed') }}
where
    period_type <> {{ period_type('period_start', 'period_end') }}
    or window_kind <> {{ window_kind('period_end') }}
