"""The `parvn` command as a person runs it, in this process."""

import io
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from ingest import cli


class Said(NamedTuple):
    code: int
    out: str
    err: str


Parvn = Callable[..., Said]


def runner(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Parvn:
    """Return what runs the command as its entry point does; a traceback would fail the test."""

    def run(*arguments: object, stdin: str = "") -> Said:
        monkeypatch.setattr(sys, "argv", ["parvn", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Said(code, *capsys.readouterr())

    return run
