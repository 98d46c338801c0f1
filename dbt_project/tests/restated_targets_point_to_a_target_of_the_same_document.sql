-- A restatement repeats a goal of its own document, never another restatement; a superseded goal is held.
select
    targets.target_id,
    targets.restates_target_id,
    targets.supersedes_target_id
from {{ ref('fct_target') }} as targets
left join {{ ref('fct_target') }} as restated
    on targets.restates_target_id = restated.target_id
left join {{ ref('fct_target') }} as superseded
    on targets.supersedes_target_id = superseded.target_id
where
    (
        targets.restates_target_id is not null
        and (
            restated.target_id is null
            or restated.document_id <> targets.document_id
            or restated.restates_target_id is not null
        )
    )
    or (targets.supersedes_target_id is not null and superseded.target_id is null)
