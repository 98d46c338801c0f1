"""Cells of exports that are opened with a spreadsheet."""

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
