"""The `parvn` command: build, check, verify and query the warehouse of public administration reform."""

import sys

import click

from ingest.commands import asking, building, exporting, keeping, records
from ingest.commands.language import translate
from ingest.messages import gettext as _
from ingest.problems import ParvnError

USAGE_ERROR = 64
"""As sysexits.h has it; click's own 2 means a failed check here."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="par-warehouse")
def cli() -> None:
    """Warehouse of public administration reform in Viet Nam.

    Records of official documents are checked, landed, built into marts by dbt, tested, and published as one
    read-only DuckDB file. Start with `parvn build`, then ask with `parvn query`.

    Exit codes: 0 done; 1 bad input; 2 a check of the build failed, or a release is damaged; 3 another run is writing;
    4 anything else; 64 wrong use of the command.
    """


for _module in (building, records, keeping, asking, exporting):
    for _command in vars(_module).values():
        if isinstance(_command, click.Command):
            cli.add_command(_command)


def main() -> None:
    """Run the command; a user's mistake ends in a sentence and an exit code, never in a traceback."""
    translate(cli)
    try:
        cli.main(standalone_mode=False)
    except ParvnError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except click.UsageError as error:
        error.show()
        sys.exit(USAGE_ERROR)
    except click.Abort:
        click.echo(_("stopped"), err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except OSError as error:  # a full disk, a folder that may not be written: the system's own words say what
        click.echo(str(error), err=True)
        sys.exit(ParvnError.exit_code)
    except Exception as error:
        if type(error).__module__ not in ("duckdb", "_duckdb"):
            raise
        # such as a damaged older release; DuckDB is not imported to know its errors
        click.echo(str(error).splitlines()[0], err=True)
        sys.exit(ParvnError.exit_code)


if __name__ == "__main__":
    main()
