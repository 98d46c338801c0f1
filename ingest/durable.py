"""What is written here is still there after a power cut: the bytes are synced, and so is the folder that names them."""

import ctypes
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
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


_EXCHANGE = 2
_HERE = -100
"""RENAME_EXCHANGE and AT_FDCWD of Linux."""


def exchange(one: Path, other: Path) -> None:
    """Let two folders change their names in one step; raises OSError where the system or the disk cannot."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        raise OSError("this system cannot exchange two names in one step")
    if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(other))


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder of files whole, or leave it as it was, whenever the process or the machine stops.

    It is written beside its place, synced, and moved there in one step. Where the disk cannot exchange two names, the
    old folder is moved away just before and put back if the new one cannot take its place.
    """
    make_folder(folder.parent)
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=folder.parent, ignore_cleanup_errors=True) as temporary:
        new = Path(temporary) / folder.name
        make_folder(new)
        for name, content in files.items():
            (new / name).write_bytes(content)
            sync(new / name)
        sync(new)
        if not folder.exists():
            new.rename(folder)
        else:
            try:
                exchange(new, folder)
            except OSError:
                _replace_folder(new, folder)
        sync(folder.parent)


def _replace_folder(new: Path, folder: Path) -> None:
    old = new.with_name("old")
    folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        shutil.move(old, folder)
        raise
