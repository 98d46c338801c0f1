{#- SQL macros of the published file, for people; no model calls them. They are rendered with the dbt macros that the
    marts are built with (ingest/published_macros.py), so that each rule has one home. Names of columns inside begin
    with __: DuckDB puts a caller's column in the place of a parameter, and it must not meet one of the same name. -#}

create macro marts.rate_pct(numerator, denominator) as
    {{ percent_of(complete_sum('numerator'), complete_sum('denominator')) }};
comment on macro marts.rate_pct is
    'rate_pct(numerator, denominator): an aggregate. Percent of summed counts, never a mean of rates; null where a row lacks one of its counts or the sum of denominators is 0. | Tỷ lệ (%) trên tổng số đếm, không phải trung bình các tỷ lệ; để trống khi một dòng thiếu số đếm hoặc mẫu số bằng 0.';

create macro marts.search_key(name) as {{ search_key('name') }};
comment on macro marts.search_key is
    'search_key(name): lower case, without diacritics (đ as d), only letters and digits: two spellings of one name are equal. | Khóa tìm kiếm: chữ thường, bỏ dấu.';

{% macro province_names() -%}
    with __names as (
        select
            province_id,
            valid_from as __valid_from,
            valid_to as __valid_to,
            unnest([name_vi, name_en, full_name_vi]) as __name
        from marts.dim_province
        union all
        select province_id, valid_from, coalesce(valid_to, date '9999-12-31'), alias_text
        from reference.province_alias
    ),
    __keyed as (
        select
            province_id as __province_id,
            __valid_from,
            __valid_to,
            {{ search_key('__name') }} as __key
        from __names
    )
{%- endmacro -%}

create macro marts.province_id_of(name) as (
    {{ province_names() }}
    select
        case
            when count(distinct __province_id) > 1
                then error(concat(
                    '''', any_value(__key), ''' was the name of several provinces: ',
                    string_agg(distinct concat(__province_id, ' from ', __valid_from), ', '),
                    '; give a day, such as province_id_of(''', any_value(__key), ''', date ''2020-12-31'')'
                ))
            else any_value(__province_id)
        end
    from __keyed
    where __key = {{ search_key('name') }}
), (name, on_day) as (
    {{ province_names() }}
    select any_value(__province_id)
    from __keyed
    where __key = {{ search_key('name') }} and on_day between __valid_from and __valid_to
);
comment on macro marts.province_id_of is
    'province_id_of(name, on_day): the province that a name in any spelling meant on a day; null if none was called so. Without a day only for names that always meant one province. | Mã tỉnh theo tên viết bất kỳ, vào một ngày; để trống nếu không có tỉnh nào mang tên đó.';

create macro marts.dim_province_on(on_day) as table
    select * from marts.dim_province as versions
    where {{ as_of_province('versions.province_id', 'on_day', 'versions') }};
comment on macro table marts.dim_province_on is
    'dim_province_on(on_day): the provinces of a day, one row each, with the names and codes of that day. | Các tỉnh vào một ngày, mỗi tỉnh một dòng.';

create macro marts.period_type_of(first_day, last_day) as
    {{ period_type('first_day', 'last_day') }};
comment on macro marts.period_type_of is
    'period_type_of(first_day, last_day): what window two days make: q1 to q4, six_months, nine_months, annual, month, week or custom. | Loại kỳ của khoảng từ ngày đến ngày.';

create macro marts.period_windows(in_year) as table
    with __windows as (
        select
            window_kind as __kind,
            period_type as __type,
            {{ window_first_day('windows', 'in_year') }} as __first,
            {{ window_last_day('windows', 'in_year') }} as __last
        from reference.reporting_window as windows
    ),
    __steps as (
        -- the windows that begin with the year end one quarter after the other
        select
            __kind,
            __last,
            row_number() over (partition by __kind order by __last) as __quarter,
            coalesce(cast(lag(__last) over (partition by __kind order by __last) + 1 as date), __first) as __first
        from __windows
        where (__kind, __first) in (select (__kind, __first) from __windows where __type = 'annual')
    ),
    __all as (
        select __kind, __type, __first, __last, 'printed' as __value_kind from __windows
        union all
        select __kind, 'q' || __quarter, __first, __last, 'computed'
        from __steps
        where (__kind, __first, __last) not in (select (__kind, __first, __last) from __windows)
    )
    select
        __kind as window_kind,
        __type as period_type,
        __first as period_start,
        __last as period_end,
        cast({{ days_between('__first', '__last') }} + 1 as integer) as period_days,
        {{ is_cumulative('__type') }} as is_cumulative,
        __value_kind as value_kind
    from __all
    order by window_kind, period_end, period_start desc;
comment on macro table marts.period_windows is
    'period_windows(in_year): the reporting windows of a year, the ministry''s and the calendar''s. value_kind computed: nobody prints this quarter, it is a difference of two windows. | Các kỳ báo cáo của một năm: kỳ của Bộ (chốt ngày 14) và kỳ theo lịch.';

create macro marts.period_windows_on(on_day) as table
    select * from marts.period_windows(year(on_day)) where on_day between period_start and period_end
    union all
    select * from marts.period_windows(year(on_day) + 1) where on_day between period_start and period_end;
comment on macro table marts.period_windows_on is
    'period_windows_on(on_day): the reporting windows that hold a day. | Các kỳ báo cáo chứa một ngày.';
