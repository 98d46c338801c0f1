"""The `parvn` command as a person runs it, in this process."""

import io
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from ingest import cli, statements


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


ENDLESS = "select count(*) from range(3000000000) a, range(10000) b"


def press_ctrl_c_while_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send the signal of Ctrl-C when the query ENDLESS has begun; whoever runs the tests may have it switched off."""
    run = statements.run

    def interrupted(connection: Any, text: str, *arguments: Any) -> Any:
        if "3000000000" not in text:
            return run(connection, text, *arguments)
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        timer = threading.Timer(0.5, signal.raise_signal, [signal.SIGINT])
        timer.start()
        try:
            return run(connection, text, *arguments)
        finally:
            timer.cancel()
            signal.signal(signal.SIGINT, before)

    monkeypatch.setattr(statements, "run", interrupted)
