{# A key for look-ups by name, as the loaders make it (ingest/reading/text.py): lower case, without diacritics (đ as d),
   only letters and digits. A test holds both to the same key for every Latin letter. #}
{% macro search_key(text) -%}
    trim(regexp_replace(
        replace(
            strip_accents(lower(nfc_normalize(
                regexp_replace({{ text }}, '[\x{200B}-\x{200D}\x{2060}\x{FEFF}\x{AD}]', '', 'g')
            ))),
            'đ', 'd'
        ),
        '[^0-9a-z]+', ' ', 'g'
    ))
{%- endmacro %}
