-- One row per kind of source: its share of all reported figures, and how far that moved since the release before.
with figures_now as (
    select
        results._file,
        results._row,
        coalesce(pages.source_kind, 'document') as source_kind
    from now_results as results
    left join now_pages as pages on results.page_id = pages.page_id
),

figures_before as (
    select coalesce(pages.source_kind, 'document') as source_kind
    from before_results as results
    left join before_pages as pages on results.page_id = pages.page_id
),

shares_now as (
    select
        min(_file) as _file,
        min(_row) as _row,
        source_kind,
        count(*) / sum(count(*)) over () as share
    from figures_now
    group by source_kind
),

shares_before as (
    select
        source_kind,
        count(*) / sum(count(*)) over () as share
    from figures_before
    group by source_kind
)

select
    shares_now._file,
    shares_now._row,
    shares_now.source_kind,
    shares_now.share,
    case when (select count(*) from shares_before) > 0 then shares_now.share - coalesce(shares_before.share, 0) end
        as share_shift
from shares_now
left join shares_before using (source_kind)
order by all
