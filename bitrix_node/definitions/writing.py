"""Which requests may change something, as far as their definitions tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.rest import method_habits

if TYPE_CHECKING:
    from bitrix_node.definitions.models import Request

_READING = frozenset({"list", "download"})


def may_write(request: Request, method: str | None = None) -> bool:
    """Whether a request may change anything; what nobody tells counts as a change.

    Args:
        request: the request.
        method: its method where a parameter names it.
    """
    if request.writes is not None:
        return request.writes
    known = request.method if isinstance(request.method, str) else method
    if request.handler == "call" and known is not None:
        return method_habits().writes(known)
    return request.handler not in _READING
