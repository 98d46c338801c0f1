"""Tells somebody how a scheduled run ended: any command, with the outcome in its environment and on its input."""

import json
import os
import subprocess
from dataclasses import asdict, dataclass

from ingest.messages import gettext as _

TIMEOUT_S = 60


@dataclass(frozen=True)
class Outcome:
    """How a run ended, for people and programs."""

    status: str
    """`published` or `failed`."""
    exit_code: int
    release_id: str | None
    message: str
    whose: str | None = None
    """Whose job it is to go on, where the run failed."""


def notify(command: str, outcome: Outcome) -> str | None:
    """Run a shell command with the outcome as JSON on its input and as PARVN_STATUS, PARVN_MESSAGE ... around it.

    Returns what went wrong with the command, or None: a failed messenger never changes how the run ended.
    """
    values = {f"PARVN_{name.upper()}": "" if value is None else str(value) for name, value in asdict(outcome).items()}
    try:
        done = subprocess.run(
            command,
            shell=True,
            input=json.dumps(asdict(outcome), ensure_ascii=False) + "\n",
            text=True,
            env={**os.environ, **values},
            timeout=TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return _("exit code {code}").format(code=done.returncode) if done.returncode else None
