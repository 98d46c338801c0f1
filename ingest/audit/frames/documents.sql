-- One row per official document: how many records of each kind it has.
with counted as (
    select
        documents._file,
        documents._row,
        documents.document_id,
        documents.document_kind,
        (select count(*) from now_targets as records where records._package = documents._package) as targets_count,
        (select count(*) from now_tasks as records where records._package = documents._package) as tasks_count,
        (select count(*) from now_results as records where records._package = documents._package) as results_count,
        (select count(*) from now_citations as records where records._package = documents._package) as citations_count
    from now_document as documents
)

select
    *,
    targets_count + tasks_count + results_count + citations_count as records_count
from counted
order by all
