-- Neither the promise, nor any figure added up for it, nor the edition, nor the rank shown beside it was unknown on the
-- day of the judgement.
with verdicts as (

    select * from {{ ref('mart_target_progress') }}

),

used as (

    select
        target_id,
        evaluation_date,
        indicator_code,
        numerator,
        denominator,
        unnest(string_split(figure_id, ';')) as figure_id
    from verdicts
    where figure_id is not null

),

figures as (

    select * from {{ ref('int_figures__comparable') }}

),

targets as (

    select * from {{ ref('int_targets__versioned') }}

)

select
    'promise' as what,
    verdicts.target_id,
    verdicts.evaluation_date
from verdicts
left join targets
    on verdicts.target_id = targets.target_id and {{ as_known_on('targets', 'verdicts.evaluation_date') }}
where targets.target_id is null or targets.target_value is distinct from verdicts.target_value

union all

select
    'figure' as what,
    used.target_id,
    used.evaluation_date
from used
left join figures
    on used.figure_id = figures.figure_id and {{ as_known_on('figures', 'used.evaluation_date') }}
where figures.figure_id is null

union all

-- neither an earlier nor a later version of the counts than the one known on that day
select
    'version of the counts' as what,
    used.target_id,
    used.evaluation_date
from used
inner join figures
    on
        used.figure_id = figures.figure_id
        and used.indicator_code = figures.indicator_code
        and {{ as_known_on('figures', 'used.evaluation_date') }}
where used.denominator is not null
group by used.target_id, used.evaluation_date, used.numerator, used.denominator
having
    sum(figures.numerator) is distinct from cast(used.numerator as double)
    or sum(figures.denominator) is distinct from cast(used.denominator as double)

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
        from {{ ref('int_index_ranks__known') }} as ranks
        where
            ranks.index_code = rank_indicators.index_code
            and ranks.province_id = verdicts.province_id
            and ranks.data_year = verdicts.last_known_rank_data_year
            and ranks.index_rank = verdicts.last_known_rank
            and {{ as_known_on('ranks', 'verdicts.evaluation_date') }}
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
            and {{ as_known_on('scores', 'verdicts.evaluation_date') }}
    )
