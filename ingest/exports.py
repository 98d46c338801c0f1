"""Names and cells of what is handed on to other tools."""

import re
from decimal import Decimal
from typing import Any

_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?%?")
_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def is_run_as_formula(text: str) -> bool:
    """Tell whether a spreadsheet would run the text as a formula if it were typed into a cell."""
    return text.startswith(_RUN) and not _NUMBER.fullmatch(text)


def spreadsheet_cell(value: Any) -> Any:
    """Return a value as a spreadsheet can take it: text that it would run as a formula stays text, by a leading '.

    >>> spreadsheet_cell("=1+1"), spreadsheet_cell("-4.5"), spreadsheet_cell(-4.5), spreadsheet_cell(None)
    ("'=1+1", '-4.5', -4.5, '')
    """
    if value is None:
        return ""
    if isinstance(value, (bool, int, float, Decimal)):
        return value
    text = str(value)
    return f"'{text}" if is_run_as_formula(text) else text


def unique(names: list[str]) -> list[str]:
    """Return the names with a number behind each that stands there already, as DuckDB's own files have them.

    >>> unique(["a", "b", "a"])
    ['a', 'b', 'a_1']
    """
    found: list[str] = []
    for name in names:
        chosen, number = name, 0
        while chosen in found:
            number += 1
            chosen = f"{name}_{number}"
        found.append(chosen)
    return found
