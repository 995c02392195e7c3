"""Word files: which fields a template has, a copy with the fields filled in, and its plain text.

A field stands in braces, `{ClientName}`, perhaps with modifiers after `~`. Word cuts text into runs as it likes, so a
field may begin in one run and end in another; it is looked for in the text of a whole paragraph.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BODY = "word/document.xml"
_PARTS = re.compile(r"^word/(document|header\d*|footer\d*|footnotes)\.xml$")
_PARAGRAPH = re.compile(r"<w:p(?:\s[^>]*)?>.*?</w:p>", re.DOTALL)
_TEXT = re.compile(r"<w:t(?:\s[^>]*)?>(.*?)</w:t>", re.DOTALL)
_BREAK = re.compile(r"<w:(?:br|cr)\s*/>")
_FIELD = re.compile(r"\{([A-Za-z]\w*)(?:~[^{}]*)?\}")
_QUOTES = {"&quot;": '"', "&apos;": "'"}


def fields(content: bytes) -> list[str]:
    """Name the fields of a template.

    Args:
        content: the file.

    Returns:
        codes in the order in which they first appear.

    Raises:
        ValueError: it is no Word file.
    """
    found: dict[str, None] = {}
    for _, part in _texts(content):
        for paragraph in _PARAGRAPH.findall(part):
            found |= dict.fromkeys(_FIELD.findall(_joined(paragraph)))
    return list(found)


def fill(content: bytes, value_of: Callable[[str], str]) -> bytes:
    """Make a document from a template.

    Args:
        content: the template.
        value_of: gives the text for a field; line breaks in it stay line breaks.

    Returns:
        the filled file; everything that is no field is as in the template.
    """
    filled = {name: _PARAGRAPH.sub(lambda found: _filled(found[0], value_of), part) for name, part in _texts(content)}
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in source.infolist():
            copy.writestr(entry, filled[entry.filename] if entry.filename in filled else source.read(entry))
    return target.getvalue()


def lines(content: bytes) -> list[str]:
    """Read the text of a document.

    Args:
        content: the file.

    Returns:
        its lines: one for every paragraph, more where one holds line breaks.
    """
    body = dict(_texts(content))[_BODY]
    paragraphs = (_BREAK.sub("<w:t>\n</w:t>", paragraph) for paragraph in _PARAGRAPH.findall(body))
    return [line for paragraph in paragraphs for line in _joined(paragraph).split("\n")]


def _texts(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if _PARTS.match(name)]
            if _BODY not in names:
                raise ValueError("The file holds no Word document.")
            yield from [(name, archive.read(name).decode("utf-8")) for name in names]
    except zipfile.BadZipFile as problem:
        raise ValueError("The file is no Word file.") from problem


def _joined(paragraph: str) -> str:
    return "".join(_plain(text) for text in _TEXT.findall(paragraph))


def _filled(paragraph: str, value_of: Callable[[str], str]) -> str:
    runs = [_plain(text) for text in _TEXT.findall(paragraph)]
    owners = [number for number, text in enumerate(runs) for _ in text]
    joined, written, place = "".join(runs), [""] * len(runs), 0
    marks = list(_FIELD.finditer(joined))
    if not marks:
        return paragraph
    for mark in marks:
        for position in range(place, mark.start()):
            written[owners[position]] += joined[position]
        written[owners[mark.start()]] += value_of(mark[1])
        place = mark.end()
    for position in range(place, len(joined)):
        written[owners[position]] += joined[position]
    texts = iter(written)
    return _TEXT.sub(lambda _: _run(next(texts)), paragraph)


def _run(text: str) -> str:
    broken = escape(text).replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
    return f'<w:t xml:space="preserve">{broken}</w:t>'


def _plain(text: str) -> str:
    return unescape(text, _QUOTES)
