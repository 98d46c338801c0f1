-- Neither the promise, nor any figure added up for it, nor the edition, nor the rank shown beside it was unknown on the
-- day of the judgement.
with verdicts as (

    select * from {{ ref('mart_target_progress') }}

),

used as (

    select
        target_id,
        evaluation_date,
        unnest(string_split(figure_id, ';')) as figure_id
    from verdicts
    where figure_id is not null

)

select
    'promise' as what,
    verdicts.target_id,
    verdicts.evaluation_date
from verdicts
inner join {{ ref('fct_target') }} as targets
    on verdicts.target_id = targets.target_id
where targets.known_from is null or targets.known_from > verdicts.evaluation_date

union all

select
    'figure' as what,
    used.target_id,
    used.evaluation_date
from used
left join {{ ref('int_figures__comparable') }} as figures
    on used.figure_id = figures.figure_id
group by used.target_id, used.evaluation_date, used.figure_id
having count(figures.known_from) < count(*) or max(figures.known_from) > used.evaluation_date

union all

select
    'cut-off' as what,
    target_id,
    evaluation_date
from verdicts
where cutoff_date > evaluation_date

union all

select
    'rank' as what,
    verdicts.target_id,
    verdicts.evaluation_date
from verdicts
inner join {{ ref('index_definition') }} as rank_indicators
    on verdicts.indicator_code = rank_indicators.rank_indicator_code
where
    verdicts.last_known_rank is not null
    and not exists (
        select 1
        from {{ ref('fct_index_score') }} as scores
        where
            scores.index_code = rank_indicators.index_code
            and scores.province_id = verdicts.province_id
            and scores.data_year = verdicts.last_known_rank_data_year
            and coalesce(scores.rank_published, scores.rank_computed) = verdicts.last_known_rank
            and scores.known_from <= verdicts.evaluation_date
    )

union all

select
    'edition' as what,
    verdicts.target_id,
    verdicts.evaluation_date
from verdicts
inner join {{ ref('index_definition') }} as rank_indicators
    on verdicts.indicator_code = rank_indicators.rank_indicator_code
where
    verdicts.judging_edition_year is not null
    and not exists (
        select 1
        from {{ ref('fct_index_score') }} as scores
        where
            scores.index_code = rank_indicators.index_code
            and scores.province_id = verdicts.province_id
            and scores.edition_year = verdicts.judging_edition_year
            and scores.data_year = verdicts.plan_year
            and scores.known_from <= verdicts.evaluation_date
    )
