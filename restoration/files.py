"""
Files in and out: what is given is only read; what is made is written whole or not at all, and never
over what was given.
"""

import io
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# Larger than any report: 512 MB.
LARGEST = 1 << 29
# Name of a file that is being written.
PART = re.compile(r"\.[0-9a-f]{16}\.part")


def read(path: Path) -> bytes:
    """
    Read a file that was given.

    Raises
    ------
    OSError
        If it cannot be read, in words that name it.
    ValueError
        If it is no file but a folder, a pipe or a device, or is larger than `LARGEST`.
    """
    path = Path(path)
    # Without waiting for somebody to write into a pipe.
    with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise ValueError(f"{path} is no file that can be read again (a folder, a pipe or a device)")
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError(f"{path} is larger than {LARGEST >> 20} MB: no report is")
    return data


def write(path: Path, data: bytes | str) -> Path:
    """
    Write a file whole or not at all; folders are made.

    A reader, an interruption or a full disk meets the old file or the new one. A link is followed,
    so that it stays one; a pipe or a device is refused.

    Returns
    -------
    Path
        As given.
    """
    with writing(path) as file:
        file.write(data.encode("utf-8") if isinstance(data, str) else data)
    return Path(path)


@contextmanager
def writing(path: Path) -> Iterator[io.BytesIO]:
    """Collect what is written into a file; it takes the place of the old one when all went well."""
    content = io.BytesIO()
    yield content
    replace(Path(os.path.realpath(path)), content.getvalue(), lasting=True)


def replace(path: Path, data: bytes, lasting: bool = False) -> None:
    """Put a file in the place of another in one step; `lasting` waits until the disk has it."""
    with suppress(FileNotFoundError):
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise ValueError(f"{path} is no file but a folder, a pipe or a device: name another")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with open(part, "xb") as file:
            file.write(data)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def apart(inputs: Iterable[Path], outputs: Iterable[Path]) -> None:
    """
    Refuse to write over what is read, or two things into one file.

    Raises
    ------
    ValueError
        With the file, whatever its two names are (links, `./a`, letters that the disk takes for one).
    """
    given = [Path(path) for path in inputs if path is not None]
    written: list[Path] = []
    for path in (Path(path) for path in outputs if path is not None):
        if any(_same(path, other) for other in given):
            raise ValueError(f"{path} is read here and would be overwritten: name another file for what is written")
        if any(_same(path, other) for other in written):
            raise ValueError(f"{path} is named for two things: name two files")
        written.append(path)


def _same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return os.path.realpath(one).casefold() == os.path.realpath(other).casefold()
