"""Words that stand inside SQL where no parameter can: names of files and of columns."""

from pathlib import Path


def literal(text: str | Path) -> str:
    """Return a text or a path as an SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return the name of a table or column as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
