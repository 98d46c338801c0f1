{# CTEs that end in `vintages`: one row per record and content, from a staging relation that holds every file version.
   A new vintage is a revision of the source where the row has a new revised_known_from, or its file says so; else it
   is our own correction. revision_no counts revisions; the row holds the day of its own (null: unknown). #}
{% macro vintages_of(relation, record_id, columns) -%}
hashed as (

    -- only what tells versions apart: the content joins at the end, and is not sorted with every window
    select
        {{ record_id }},
        package_name,
        file_vintage_no,
        file_vintage_reason,
        vintage_known_from,
        revised_known_from,
        is_latest_file,
        {{ row_hash(columns) }} as content_hash
    from {{ relation }}

),

compared as (

    select
        *,
        lag(content_hash) over (partition by {{ record_id }} order by file_vintage_no) as previous_hash,
        max(file_vintage_no) over (partition by {{ record_id }}) as last_file_vintage_no,
        bool_or(is_latest_file) over (partition by {{ record_id }}) as is_held_now
    from hashed

),

runs as (

    select
        *,
        sum(case when previous_hash = content_hash then 0 else 1 end) over (
            partition by {{ record_id }} order by file_vintage_no
            rows between unbounded preceding and current row
        ) as run_no
    from compared

),

placed as (

    -- a day of revision that is added or mended later counts for the whole run
    select
        *,
        row_number() over (partition by {{ record_id }}, run_no order by file_vintage_no) as place_in_run,
        first_value(revised_known_from) over (
            partition by {{ record_id }}, run_no order by file_vintage_no desc
        ) as stated_known_from
    from runs

),

begun as (

    select
        *,
        lag(stated_known_from) over (partition by {{ record_id }} order by run_no) as previous_stated_known_from
    from placed
    where place_in_run = 1

),

dated as (

    select
        *,
        case
            when stated_known_from <> coalesce(previous_stated_known_from, date '0001-01-01') then stated_known_from
            when file_vintage_reason = 'source_revised' then vintage_known_from
        end as revision_day,
        file_vintage_reason = 'source_revised'
        or coalesce(stated_known_from <> coalesce(previous_stated_known_from, date '0001-01-01'), false) as is_revision
    from begun

),

counted as (

    select
        *,
        sum(case when is_revision then 1 else 0 end) over (
            partition by {{ record_id }} order by run_no
            rows between unbounded preceding and current row
        ) as revision_no
    from dated

),

file_versions as (

    select distinct
        package_name,
        file_vintage_no,
        file_vintage_reason,
        vintage_known_from
    from {{ relation }}

),

versioned as (

    select
        counted.{{ record_id }},
        counted.package_name,
        counted.file_vintage_no,
        counted.revision_no,
        counted.is_held_now,
        cast(counted.run_no as integer) as vintage_no,
        case
            when counted.run_no = 1 then 'first_loaded'
            when counted.is_revision then 'source_revised'
            else 'record_corrected'
        end as vintage_reason,
        max(case when counted.is_revision then counted.revision_day end) over (
            partition by counted.{{ record_id }}, counted.revision_no
        ) as revision_known_from,
        counted.is_held_now
        and counted.run_no = max(counted.run_no) over (partition by counted.{{ record_id }}) as is_latest_vintage,
        -- the source dropped the figure: it stood until the revision was known
        coalesce(not counted.is_held_now and removals.file_vintage_reason = 'source_revised', false)
            as is_dropped_by_source,
        removals.vintage_known_from as dropped_known_from
    from counted
    left join file_versions as removals
        on
            counted.package_name = removals.package_name
            and counted.last_file_vintage_no + 1 = removals.file_vintage_no

),

vintages as (

    select
        {{ relation }}.*,
        versioned.revision_no,
        versioned.is_held_now,
        versioned.vintage_no,
        versioned.vintage_reason,
        versioned.revision_known_from,
        versioned.is_latest_vintage,
        versioned.is_dropped_by_source,
        versioned.dropped_known_from
    from {{ relation }}
    inner join versioned
        on
            {{ relation }}.{{ record_id }} = versioned.{{ record_id }}
            and {{ relation }}.package_name = versioned.package_name
            and {{ relation }}.file_vintage_no = versioned.file_vintage_no

)
{%- endmacro %}

{# From when a version counts: our corrections as far back as the revision of the source that they belong to. #}
{% macro version_known_from(first_known_from) -%}
    case
        when vintages.revision_no = 0 then {{ first_known_from }}
        when vintages.revision_known_from is not null
            then greatest(vintages.revision_known_from, {{ first_known_from }})
    end
{%- endmacro %}

{# The first day on which another version counts; a record that we took back was never known. #}
{% macro version_known_to(record_id) -%}
    case
        when not is_held_now and not is_dropped_by_source then known_from
        else least(
            min(known_from) over (
                partition by {{ record_id }} order by vintage_no
                rows between 1 following and unbounded following
            ),
            case when is_dropped_by_source then dropped_known_from end
        )
    end
{%- endmacro %}
