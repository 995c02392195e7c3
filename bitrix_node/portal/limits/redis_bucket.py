"""The bucket that several processes share, in Redis; while Redis is away, this process's own model serves.

Every exchange is one script, so that no two processes ever take the same place. `redis` is an optional dependency:
`pip install 'bitrix-node[redis]'`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bitrix_node.credentials.limits import RequestLimits
from bitrix_node.portal.limits.bucket import EXACT, LEASE, LONGEST_BLOCK, ROUNDING, Turn
from bitrix_node.portal.limits.mirror import Past, Told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_node.portal.clock import Clock
    from bitrix_node.portal.limits.bucket import Report
    from bitrix_node.portal.limits.mirror import Mirror

logger = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds to wait for Redis."""

PAUSE = 5.0
"""Seconds between two attempts to reach a Redis that is away."""

KEY = "bitrix-node:bucket:{portal}"

NOT_INSTALLED = "the package redis is not installed: pip install 'bitrix-node[redis]'"

_SCHEMES = {"redis", "rediss", "unix"}


class RedisServer:
    """What this process knows of a Redis server: where it is, and whether it is away.

    Args:
        url: its address.
    """

    def __init__(self, url: str) -> None:
        self.url, self.place = url, _place(url)
        self.away = False
        self._next_attempt = 0.0

    def worth_trying(self, now: float) -> bool:
        """Whether to ask it now; while it is away only one client at a time finds out."""
        if not self.away:
            return True
        if now < self._next_attempt:
            return False
        self._next_attempt = now + PAUSE
        return True

    def lost(self, reason: str, now: float) -> None:
        """Notes that it does not answer, and says so once."""
        self._next_attempt = now + PAUSE
        if not self.away:
            self.away = True
            logger.warning(
                "Redis at %s cannot be used (%s). Until it can, this process keeps Bitrix24's request limit by itself, "
                "and processes that share a portal may exceed it together.",
                self.place,
                reason,
            )

    def found(self) -> None:
        """Notes that it answers, and says so when it had been away."""
        if self.away:
            self.away = False
            logger.warning("Redis at %s is back: processes share Bitrix24's request limit again.", self.place)


class RedisBucket:
    """A client's connection to the shared bucket of one portal.

    Args:
        server: where it is.
        portal: name of the portal.
        mirror: what this process knows of the bucket, with the model that serves while Redis is away.
        clock: the time of that model.
    """

    def __init__(self, server: RedisServer, portal: str, mirror: Mirror, clock: Clock) -> None:
        self._server, self._mirror, self._clock = server, mirror, clock
        self._key = KEY.format(portal=portal)
        self._client: Any = None
        self._script: Any = None

    async def exchange(self, report: Report) -> Turn:
        """Tells and asks; see `LeakyBucket.exchange`."""
        if self._server.worth_trying(self._clock.time()):
            try:
                turn = await self._ask(report)
            except Exception as error:
                self._server.lost(_reason(error), self._clock.time())
            else:
                self._server.found()
                return turn
        return self._mirror.model.exchange(report, self._clock.time())

    async def close(self) -> None:
        """Closes the connection."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _ask(self, report: Report) -> Turn:
        """Tells and asks Redis, and the past with it."""
        past = self._mirror.past(self._clock.time())
        try:
            turn, told = script_answer(await asyncio.wait_for(self._run(report, past), 2 * PATIENCE))
        except BaseException:
            self._mirror.failed(past)
            raise
        self._mirror.told(report, past, turn, told, self._clock.time())
        return turn

    async def _run(self, report: Report, past: Past) -> Any:
        if self._client is None:
            self._client = _connect(self._server.url)
            self._script = self._client.register_script(script_source())
        return await self._script(keys=[self._key], args=script_arguments(report, past))


def script_arguments(report: Report, past: Past, now: float | None = None) -> list[str | int | float]:
    """What `bucket.lua` is called with.

    Args:
        report: the client's.
        past: what the bucket may not know.
        now: the moment; that of the Redis server where not given, so that all processes go by one clock.
    """
    limits = (report.limits.rate, report.limits.burst) if report.limits else ("", "")
    told = (report.client, report.travelling, report.answered, report.worked, int(report.refused), report.ask)
    unknown = (past.life, past.level, past.untold, json.dumps(dict(past.travelling)))
    return [*told, *limits, *unknown, LEASE, LONGEST_BLOCK, ROUNDING, EXACT, "" if now is None else now]


def script_answer(answer: Sequence[Any]) -> tuple[Turn, Told]:
    """What `bucket.lua` answers: to the client, and to the process."""
    granted, delay, room, life, number, level, rate, burst = answer
    turn = Turn(granted=bool(int(granted)), delay=float(delay), room=int(room))
    name = life.decode() if isinstance(life, bytes) else str(life)
    return turn, Told(name, int(number), float(level), RequestLimits(float(rate), int(burst)))


def check_redis_url(url: str) -> str | None:
    """What is wrong with an address of a Redis server, without repeating it; `None` for nothing, or without one."""
    if not url.strip():
        return None
    shape = "an address like redis://localhost:6379/0"
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in _SCHEMES and (bool(parts.path) if parts.scheme == "unix" else bool(parts.hostname))
        usable = usable and parts.port != 0
    except ValueError:
        usable = False
    return None if usable else f"must be {shape} (or rediss:// with TLS, or unix:///path/to/socket)"


def _connect(url: str) -> Any:
    from redis.asyncio import Redis  # noqa: PLC0415 - optional, and slow to import
    from redis.asyncio.retry import Retry  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415

    once_more = Retry(NoBackoff(), 1)
    return Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=once_more)


@cache
def script_source() -> str:
    """The bucket as Redis runs it."""
    return files(__package__).joinpath("bucket.lua").read_text(encoding="utf-8")


def _place(url: str) -> str:
    """Where a server is, without user name, password or anything else that an address may hold."""
    if check_redis_url(url) is not None:
        return "the given address"
    parts = urlsplit(url)
    return parts.path if parts.scheme == "unix" else f"{parts.hostname}:{parts.port or 6379}"


def _reason(error: Exception) -> str:
    """What is wrong with Redis, in words that repeat nothing of its address."""
    name = type(error).__name__
    if isinstance(error, ImportError):
        return NOT_INSTALLED
    if isinstance(error, TimeoutError) or name == "TimeoutError":
        return "it does not answer"
    if name in {"AuthenticationError", "AuthorizationError", "NoPermissionError"}:
        return "it refuses the user name or password"
    if isinstance(error, OSError) or name == "ConnectionError":
        return "no connection"
    if isinstance(error, ValueError):
        return "its address is malformed"
    return name
