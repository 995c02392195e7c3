"""Writing files whole: a file is there complete, or as it was before."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bitrix_node.hosts.cli.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_writable(name: str, option: str) -> None:
    """Refuses a file that cannot be written before anything is done for its sake.

    Args:
        name: name of the file.
        option: what named it, for the message.

    Raises:
        Fault: naming the file and the reason.
    """
    if not name:
        raise Fault(f"{option}: the name of a file is missing")
    path = Path(name)
    try:
        if is_device(path):
            return
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(0, "it is write-protected")
        _new_draft(path.resolve()).unlink()
    except OSError as error:
        raise Fault(f"{option}: {name} cannot be written ({error.strerror})") from None


def write_whole(path: Path, text: str) -> None:
    """Writes a file at once; permissions and symbolic links stay as they are.

    Raises:
        Fault: when it cannot be written.
    """
    with whole_file(path) as file:
        file.write(text)


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """A file to write to that takes its place when all has gone well, and until then is as it was.

    Raises:
        Fault: when it cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8") if is_device(path) else _draft(path.resolve()) as file:
            yield file
    except OSError as error:
        raise Fault(f"{path} cannot be written ({error.strerror})") from None


@contextmanager
def _draft(target: Path) -> Iterator[TextIO]:
    draft = _new_draft(target)
    try:
        with draft.open("w", encoding="utf-8") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _new_draft(target: Path) -> Path:
    """An empty file beside the target, with the target's permissions or, where there is none yet, the usual ones."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666 if mode is None else mode))
    if mode is not None:
        draft.chmod(mode)
    return draft


def is_device(path: Path) -> bool:
    """Whether it is something that can be written but not replaced, such as /dev/null or a named pipe."""
    return path.exists() and not path.is_file() and not path.is_dir()
