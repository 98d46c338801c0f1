-- A document is known from its date on, its stocks were measured and its periods had begun by then; a judgement uses
-- only documents and events known on its day. An official document always says when it was known.
select
    'document' as what,
    document_id as row_id
from {{ ref('dim_document') }}
where known_from < issue_date or (document_kind <> 'web_page' and (known_from is null or known_from_basis is null))

union all

select
    'result' as what,
    result_id as row_id
from {{ ref('fct_result') }}
where measured_on > known_from or period_start > known_from

union all

select
    'judgement' as what,
    judgements.task_id as row_id
from {{ ref('mart_task_status') }} as judgements
inner join {{ ref('dim_document') }} as documents
    on judgements.document_id = documents.document_id
where
    judgements.evaluation_date < documents.known_from
    or judgements.evaluation_date < judgements.status_since
