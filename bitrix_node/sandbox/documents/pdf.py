"""A plain PDF of a document: its text on A4 pages, without the look that Word gives it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_COLUMNS, _ROWS = 90, 52
_PAGE = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"
_FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
_FIRST_PAGE = 4


def write(text: Iterable[str]) -> bytes:
    """Write text as a PDF.

    Args:
        text: lines; long ones are wrapped. Characters beyond Western European ones become question marks, for the
            standard fonts of PDF have no others.

    Returns:
        the file.
    """
    rows = [row for line in text for row in textwrap.wrap(line, _COLUMNS) or [""]] or [""]
    pages = [rows[start : start + _ROWS] for start in range(0, len(rows), _ROWS)]
    numbers = [_FIRST_PAGE + 2 * index for index in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        _FONT,
    ]
    for number, page in zip(numbers, pages, strict=True):
        objects += [f"<< {_PAGE} /Contents {number + 1} 0 R >>".encode(), _stream(page)]
    return _file(objects)


def _stream(rows: Sequence[str]) -> bytes:
    shown = b" T* ".join(b"(%s) Tj" % _escaped(row) for row in rows)
    drawing = b"BT /F1 11 Tf 14 TL 56 780 Td " + shown + b" ET"
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing)


def _escaped(text: str) -> bytes:
    encoded = text.encode("cp1252", "replace")
    return encoded.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(objects: Sequence[bytes]) -> bytes:
    written, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    written += b"xref\n0 %d\n0000000000 65535 f \n" % size + table
    return written + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, written.index(b"xref\n"))
