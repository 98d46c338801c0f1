"""Subcommands on the releases that are kept: status, releases, diff, rollback."""

from datetime import UTC, datetime
from pathlib import Path

import click

from ingest.commands import options
from ingest.commands.printing import print_rows
from ingest.messages import gettext as _
from ingest.messages import joined
from ingest.paths import Workspace
from ingest.problems import BadInput, FailedCheck, FaultyRecords, ParvnError


@click.command()
@options.warehouse
@click.option("--verify", "is_verified", is_flag=True, help="Hash every file of the current release anew.")
def status(warehouse: Path, is_verified: bool) -> None:
    """Say what is published, since when, what the last run changed, what failed and whose job it is."""

    from ingest import publish
    from ingest.landing import Landing
    from ingest.problems import Damaged

    workspace = Workspace(warehouse=warehouse.resolve())
    release = publish.current_release(workspace)
    wrong = publish.damage(release) if release and is_verified else []
    if wrong and release:
        words = _("release {release} is damaged:").format(release=release.name)
        advice = _("build again, or go back to a whole release: parvn releases, parvn rollback")
        raise Damaged(joined("\n", [words, *(f"  {line}" for line in wrong), advice]))
    if release is None:
        click.echo(_("Nothing is published in {warehouse}.").format(warehouse=workspace.warehouse))
    else:
        manifest = publish.read_manifest(release)
        age = datetime.now(UTC) - datetime.fromisoformat(manifest["published_at"])
        hours = age.total_seconds() / 3600
        click.echo(
            _("Release {release_id}, {hours:.1f} hours old, code {code_version}").format(
                release_id=manifest["release_id"], hours=hours, code_version=manifest["code_version"]
            )
        )
        marts = {name: rows for name, rows in manifest["tables"].items() if name.startswith("marts.")}
        click.echo(
            "  "
            + _("{tables} tables in marts with {rows} rows; {files} input files").format(
                tables=len(marts), rows=sum(marts.values()), files=len(manifest["inputs"])
            )
        )
        if is_verified:
            click.echo(
                "  " + _("every byte of its {count} files is as it was published").format(count=len(manifest["files"]))
            )
    attempts = Landing(workspace.landing).attempts()
    if not attempts:
        return
    last_run = [a for a in attempts if a.run_id == attempts[-1].run_id]
    failed = [a for a in last_run if a.status in ("refused", "failed")]
    is_unchanged = last_run[-1].step == "run" and last_run[-1].status == "unchanged"
    is_ended = bool(failed) or last_run[-1].status == "published" or is_unchanged
    steps = ", ".join(f"{a.step} {a.duration_s:.0f} s" for a in last_run if a.status == "done")
    click.echo(
        _("Last run {time} UTC: {steps}").format(
            time=attempts[-1].run_id[:16].replace("T", " "),
            steps=steps or (_("nothing had changed") if is_unchanged else _("no step was finished")),
        )
    )
    if not is_ended and last_run[0].status == "started":
        if publish.is_being_written(workspace):
            click.echo("  " + _("it is still going on"))
        else:
            click.echo("  " + _("it ended without a word: killed, or the machine went down; run it again"))
    landed = [a for a in last_run if a.status == "landed"]
    for attempt in landed[:10]:
        click.echo("  " + _("changed: {subject}, {rows} rows").format(subject=attempt.subject, rows=attempt.row_count))
    if len(landed) > 10:
        click.echo("  " + _("and {count} more changed files").format(count=len(landed) - 10))
    if failed:
        click.echo(_("It failed:"))
        for attempt in failed[:10]:
            click.echo(f"  {attempt.step} {attempt.subject}: {attempt.reason}")
        kind = BadInput if any(a.status == "refused" for a in failed) else _KINDS.get(failed[-1].step, ParvnError)
        click.echo("  " + _("Whose job: {who}").format(who=_(kind.whose)))


_KINDS = {"audit": FaultyRecords, "compare": FaultyRecords, "build": FailedCheck}
"""What a step that failed is told by; the others fail for what the machine refuses."""


@click.command()
@options.warehouse
@options.format
def releases(warehouse: Path, output: str) -> None:
    """List the releases that are kept, the newest first, and say which one people read."""
    from ingest.releases import LISTED, list_releases

    rows = list_releases(Workspace(warehouse=warehouse.resolve()))
    if output in ("csv", "json"):
        print_rows(list(LISTED), rows, output)
        return
    words = {True: _("yes"), False: _("no")}
    shown = [tuple(words[value] if isinstance(value, bool) else value for value in row) for row in rows]
    print_rows([_(heading) for heading in LISTED.values()], shown, output)


@click.command()
@click.argument("older", required=False)
@click.argument("newer", required=False)
@options.warehouse
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "csv", "json"]),
    default="text",
    show_default=True,
    help="text: counts and examples; csv, json: one row per changed figure and per row added or removed.",
)
def diff(older: str | None, newer: str | None, warehouse: Path, output: str) -> None:
    """Say which figures changed between two releases: rows added, removed, and cells, by primary key.

    OLDER and NEWER are release ids or their beginnings. Without NEWER the current release is taken, without both the
    current one and the one before it.
    """
    from ingest import releases as kept

    first, second = kept.pair(Workspace(warehouse=warehouse.resolve()), older, newer)
    tables = kept.diff(first, second)
    if output == "text":
        for line in kept.describe(first, second, tables):
            click.echo(line)
        return
    rows = [
        (found.table, key if output == "json" else kept.key_text(key), *rest)
        for found in tables
        for key, *rest in found.changes
    ]
    print_rows(list(kept.CHANGED), rows, output)


@click.command()
@click.argument("release_id")
@options.warehouse
def rollback(release_id: str, warehouse: Path) -> None:
    """Let people read the release RELEASE_ID again (or the only one whose id begins so).

    Its files are hashed first; a damaged release is refused. Nothing is deleted. The next build publishes again from
    the records as they are, so mend what was wrong there.
    """
    from ingest.releases import rollback as roll_back

    workspace = Workspace(warehouse=warehouse.resolve())
    before, now = roll_back(workspace, release_id)
    if before == now:
        click.echo(_("{release} is the current release already; nothing to do.").format(release=now.name))
        return
    click.echo(
        _("Current release: {now}; before it was {before}, which is kept.").format(
            now=now.name, before=before.name if before else _("none")
        )
    )
    click.echo(_("The next 'parvn build' publishes from the records as they are; mend what was wrong there first."))
