"""A `.tgz` whose bytes depend on its content alone."""

from __future__ import annotations

import gzip
import io
import tarfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# npm's own fixed date for packed files: 1985-10-26T08:15:00Z.
_MODIFIED = 499162500
_ROOT = "package"


def pack(files: Mapping[str, bytes]) -> bytes:
    """Packs files into an npm archive: sorted entries, fixed dates, no owner.

    Args:
        files: Path inside the package -> content.
    """
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=_MODIFIED) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for path in sorted(files):
            entry = tarfile.TarInfo(f"{_ROOT}/{path}")
            entry.size, entry.mtime, entry.mode = len(files[path]), _MODIFIED, 0o644
            archive.addfile(entry, io.BytesIO(files[path]))
    return buffer.getvalue()
