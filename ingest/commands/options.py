"""Options that several subcommands share."""

from pathlib import Path

import click

from ingest.paths import PROJECT

data = click.option(
    "--data", type=click.Path(path_type=Path), default=PROJECT / "data", help="Folder of records.", show_default="data"
)
warehouse = click.option(
    "--warehouse",
    type=click.Path(path_type=Path),
    default=PROJECT / "warehouse",
    help="Folder of the published warehouse.",
    show_default="warehouse",
)

format = click.option(
    "--format",
    "output",
    type=click.Choice(["table", "csv", "json", "markdown"]),
    default="table",
    show_default=True,
    help="How to print the rows.",
)

DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])
"""A day, as 2025-04-02 or 02/04/2025."""
