"""What is written here is still there after a power cut: the bytes are synced, and so is the folder that names them."""

import os
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
