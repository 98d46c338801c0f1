{# What kind of window two days make. The ministry's windows close on the 14th: 15/12-14/3 is the first quarter,
   15/12-14/6 six months, 15/6-14/9 the third quarter, 15/12-14/12 the year. Calendar windows close with a month. #}
{% macro period_type(first, last) -%}
    case
        when day({{ first }}) = 1 and {{ last }} = last_day({{ last }}) and year({{ first }}) = year({{ last }})
            then
                case
                    when month({{ first }}) = 1 and month({{ last }}) = 12 then 'annual'
                    when month({{ first }}) = 1 and month({{ last }}) = 9 then 'nine_months'
                    when month({{ first }}) = 1 and month({{ last }}) = 6 then 'six_months'
                    when month({{ first }}) in (1, 4, 7, 10) and month({{ last }}) = month({{ first }}) + 2
                        then 'q' || cast(cast((month({{ first }}) + 2) / 3 as integer) as string)
                    when month({{ first }}) = month({{ last }}) then 'month'
                    else 'custom'
                end
        when
            day({{ first }}) = 15 and day({{ last }}) = 14
            and month({{ first }}) = 12 and year({{ last }}) = year({{ first }}) + 1
            then
                case month({{ last }})
                    when 3 then 'q1'
                    when 6 then 'six_months'
                    when 9 then 'nine_months'
                    when 12 then 'annual'
                    else 'custom'
                end
        when
            day({{ first }}) = 15 and day({{ last }}) = 14
            and month({{ first }}) = 6 and month({{ last }}) = 9 and year({{ last }}) = year({{ first }})
            then 'q3'
        when {{ days_between(first, last) }} = 6 then 'week'
        else 'custom'
    end
{%- endmacro %}

{# Six months, nine months and the year hold the quarters before them. #}
{% macro is_cumulative(period_type) -%} {{ period_type }} in ('six_months', 'nine_months', 'annual') {%- endmacro %}

{# Whose windows: those of the ministry close on the 14th, calendar windows with the month. #}
{% macro window_kind(last) -%} case when day({{ last }}) = 14 then 'ministry' else 'calendar' end {%- endmacro %}

{# First and last day of a window of the seed reporting_window in a year. #}
{% macro window_first_day(windows, year) -%}
    make_date(
        cast({{ year }} + {{ windows }}.start_year_offset as integer), {{ windows }}.start_month, {{ windows }}.start_day
    )
{%- endmacro %}
{% macro window_last_day(windows, year) -%}
    make_date(cast({{ year }} as integer), {{ windows }}.end_month, {{ windows }}.end_day)
{%- endmacro %}

{# CTEs that end in `period_years`: the rows of a relation once for each calendar year that their period touches, the
   first with nth_year 1. What overlaps shares a calendar year, and is looked up by it, not through all years. A row
   without a period stands once, in no year. #}
{% macro period_years(relation) -%}
numbered_years as (

    select
        *,
        {{ explode_numbers('greatest(year(period_end) - year(period_start) + 1, 1)') }} as nth_year
    from {{ relation }}

),

period_years as (

    select
        *,
        year(period_start) + nth_year - 1 as calendar_year
    from numbered_years

)
{%- endmacro %}
