"""What is written here is still there after a power cut: the bytes are synced, and so is the folder that names them."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER_MODE = 0o755
"""No folder that people read from may be changed by a group or by others."""


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder and the missing ones above it, and sync the name of each."""
    missing = [p for p in (path, *path.parents) if not p.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
        sync(folder.parent)


def replace(temporary: Path, final: Path) -> None:
    """Give a finished file or link its name in one step, and sync the name."""
    temporary.replace(final)
    sync(final.parent)


@contextmanager
def finished_file(path: Path, is_replaced: bool = False) -> Iterator[Path]:
    """Give a place to write a file to; it gets its name when it is whole, and is gone if that fails.

    Raises FileExistsError if there is such a file, unless it `is_replaced`.
    """
    if path.exists() and not is_replaced:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        yield temporary
        sync(temporary)
        replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
