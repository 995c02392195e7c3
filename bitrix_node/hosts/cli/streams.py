"""Standard input, output and error, whatever state the caller left them in."""

from __future__ import annotations

import errno
import os
import sys

_NAMES = ("stdin", "stdout", "stderr")
_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""A full disk, a full quota, a file that may not grow, a device in trouble."""


def open_closed_streams() -> None:
    """Opens the null device where the caller closed a stream.

    Otherwise the next file or socket would take its number, and what is meant for the stream would go there.
    """
    for descriptor, name in enumerate(_NAMES):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def is_lost_output(error: BaseException) -> bool:
    """Whether it tells that standard output cannot be written; files that cannot be are told by who writes them."""
    return isinstance(error, OSError) and error.filename is None and error.errno in _UNWRITABLE


def unwritable_output(error: BaseException) -> str:
    """What to say of output that is lost."""
    reason = error.strerror if isinstance(error, OSError) else None
    return f"Standard output cannot be written ({reason or type(error).__name__})"


def flush_output() -> None:
    """Writes what is still to be printed, or drops it when its reader has gone.

    Raises:
        OSError: when it cannot be written; then it is dropped too.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        drop_output()
        if error.errno != errno.EPIPE:
            raise


def drop_output() -> None:
    """Sends what is still to be printed to the null device, so that nothing complains when the process ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
