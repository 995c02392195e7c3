"""PHP's `serialize` format, in which Bitrix24 exports templates of workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_NESTING = 100
_SCALARS: dict[bytes, Callable[[bytes], Any]] = {b"i:": int, b"d:": float, b"b:": lambda raw: raw == b"1"}


def loads(data: bytes) -> Any:
    """Read a serialized value.

    Args:
        data: what PHP's `serialize` wrote. Objects are refused, as Bitrix24 refuses them.

    Returns:
        null, boolean, number, text; arrays with the keys 0, 1, 2, … as lists, all others as maps.

    Raises:
        ValueError: it is no such data.
    """
    value, end = _read(data, 0, 0)
    if end != len(data):
        raise ValueError(f"Something follows the value at byte {end}.")
    return value


def dumps(value: Any) -> bytes:
    """Write a value as PHP's `serialize` does.

    Args:
        value: null, boolean, number, text, list or map.

    Raises:
        TypeError: it is something else.
    """
    match value:
        case None:
            return b"N;"
        case bool():
            return b"b:%d;" % value
        case int():
            return b"i:%d;" % value
        case float():
            return b"d:%s;" % repr(value).encode()
        case str():
            text = value.encode()
            return b's:%d:"%s";' % (len(text), text)
        case list() | tuple():
            return dumps(dict(enumerate(value)))
        case dict():
            entries = b"".join(dumps(_key(key)) + dumps(entry) for key, entry in value.items())
            return b"a:%d:{%s}" % (len(value), entries)
    raise TypeError(f"{type(value).__name__} has no form in PHP.")


def _read(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    kind = data[at : at + 2]
    if kind == b"N;":
        return None, at + 2
    if kind == b"s:":
        return _text(data, at + 2)
    if kind == b"a:" and depth < _NESTING:
        return _array(data, at + 2, depth)
    if kind not in _SCALARS:
        raise ValueError(f"There is no value at byte {at}.")
    raw, end = _until(data, at + 2, b";")
    try:
        return _SCALARS[kind](raw), end
    except ValueError as problem:
        raise ValueError(f"The value at byte {at} is no number.") from problem


def _text(data: bytes, at: int) -> tuple[str, int]:
    length, start = _until(data, at, b":")
    end = start + 1 + _length(length, at)
    if data[start : start + 1] != b'"' or data[end : end + 2] != b'";':
        raise ValueError(f"The text at byte {at} is cut off.")
    return data[start + 1 : end].decode("utf-8", "replace"), end + 2


def _array(data: bytes, at: int, depth: int) -> tuple[Any, int]:
    size, end = _until(data, at, b":")
    if data[end : end + 1] != b"{":
        raise ValueError(f"The array at byte {at} is cut off.")
    end += 1
    entries: dict[Any, Any] = {}
    for _ in range(_length(size, at)):
        key, end = _read(data, end, depth + 1)
        if not isinstance(key, (int, str)):
            raise ValueError(f"There is no key before byte {end}.")  # noqa: TRY004 - bad data, like any other
        entries[key], end = _read(data, end, depth + 1)
    if data[end : end + 1] != b"}":
        raise ValueError(f"The array at byte {at} has no end.")
    is_list = list(entries) == list(range(len(entries)))
    return (list(entries.values()) if is_list else {str(key): entry for key, entry in entries.items()}), end + 1


def _length(raw: bytes, at: int) -> int:
    if not raw.isdigit():
        raise ValueError(f"The value at byte {at} has no length.")
    return int(raw)


def _until(data: bytes, at: int, mark: bytes) -> tuple[bytes, int]:
    end = data.find(mark, at)
    if end < 0:
        raise ValueError(f"The value at byte {at} has no end.")
    return data[at:end], end + 1


def _key(key: Any) -> Any:
    return int(key) if isinstance(key, str) and key.isdigit() and str(int(key)) == key else key
