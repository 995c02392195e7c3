"""`/_sandbox/`: the switches of a running sandbox, for programs in other languages and for people with curl."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from bitrix_node.sandbox.portal import Portal


class Control:
    """Handlers of the control addresses.

    Args:
        portal: the portal they look into.
    """

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def statistics(self, _request: web.Request) -> web.Response:
        """`GET /_sandbox/statistics`: the counters."""
        return _reply(self._portal.statistics.as_json())

    async def journal(self, _request: web.Request) -> web.Response:
        """`GET /_sandbox/journal`: the latest calls, oldest first."""
        return _reply(self._portal.journal.as_json())

    async def faults(self, _request: web.Request) -> web.Response:
        """`GET /_sandbox/faults`: the failures still to come."""
        return _reply([asdict(fault) for fault in self._portal.faults.pending])

    async def add_fault(self, request: web.Request) -> web.Response:
        """`POST /_sandbox/faults`: program a failure from a JSON object with the attributes of `Fault`."""
        details = await _read(request)
        try:
            fault = self._portal.faults.add(**details)
        except (TypeError, ValueError) as problem:
            return _reply({"error": str(problem)}, 400)
        return _reply(asdict(fault), 201)

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """`DELETE /_sandbox/faults`: forget them."""
        self._portal.faults.clear()
        return _reply({"cleared": True})

    async def reset(self, _request: web.Request) -> web.Response:
        """`POST /_sandbox/reset`: back to the seed."""
        self._portal.reset()
        return _reply({"reset": True})

    async def advance_clock(self, request: web.Request) -> web.Response:
        """`POST /_sandbox/clock`: move time by `{"advance": seconds}`."""
        seconds = (await _read(request)).get("advance")
        if not isinstance(seconds, (int, float)):
            return _reply({"error": 'Send {"advance": seconds}.'}, 400)
        self._portal.clock.advance(seconds)
        return _reply({"now": self._portal.clock.now().isoformat()})


def add_routes(application: web.Application, portal: Portal) -> None:
    """Add the control addresses.

    Args:
        application: where to.
        portal: what they control.
    """
    control = Control(portal)
    for http_method, path, handler in (
        ("GET", "statistics", control.statistics),
        ("GET", "journal", control.journal),
        ("GET", "faults", control.faults),
        ("POST", "faults", control.add_fault),
        ("DELETE", "faults", control.clear_faults),
        ("POST", "reset", control.reset),
        ("POST", "clock", control.advance_clock),
    ):
        application.router.add_route(http_method, f"/_sandbox/{path}", handler)


async def _read(request: web.Request) -> dict[str, Any]:
    try:
        document = json.loads(await request.text())
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _reply(body: Any, status: int = 200) -> web.Response:
    text = json.dumps(body, default=repr)
    return web.Response(text=text, status=status, content_type="application/json")
