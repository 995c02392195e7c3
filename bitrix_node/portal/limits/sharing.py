"""Which bucket a client uses: one for each portal, whichever credential, run, thread or process asks."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bitrix_node.portal.limits.bucket import LeakyBucket
from bitrix_node.portal.limits.limiter import Limiter
from bitrix_node.portal.limits.mirror import Mirror
from bitrix_node.portal.limits.redis_bucket import RedisBucket, RedisServer

if TYPE_CHECKING:
    from bitrix_node.credentials.limits import RequestLimits
    from bitrix_node.portal.clock import Clock

REDIS_VARIABLE = "BITRIX24_REDIS_URL"

_DEFAULT_PORTS = {"http": ":80", "https": ":443"}

_lock = Lock()
_buckets: dict[str, LeakyBucket] = {}
_servers: dict[str, RedisServer] = {}
_mirrors: dict[tuple[str, str], Mirror] = {}


def limiter(portal: str, limits: RequestLimits | None, redis_url: str | None, clock: Clock) -> Limiter:
    """A client's way to the bucket of a portal.

    Args:
        portal: the portal's address.
        limits: what the credential states of its limits.
        redis_url: the Redis through which processes share the bucket, if they do.
        clock: the time to wait by.
    """
    bucket, name = shared_bucket(portal), portal_name(portal)
    if not redis_url:
        return Limiter(bucket, None, limits, clock)
    with _lock:
        server = _servers.setdefault(redis_url, RedisServer(redis_url))
        mirror = _mirrors.setdefault((redis_url, name), Mirror(bucket))
    return Limiter(bucket, RedisBucket(server, name, mirror, clock), limits, clock)


def shared_bucket(portal: str) -> LeakyBucket:
    """The one model of a portal's bucket in this process: the portal counts by source address."""
    with _lock:
        return _buckets.setdefault(portal_name(portal), LeakyBucket())


def portal_name(portal: str) -> str:
    """The portal however its address is written: without scheme and default port, in small letters."""
    parts = urlsplit(portal.lower())
    return parts.netloc.removesuffix(_DEFAULT_PORTS.get(parts.scheme, "/")) + parts.path.rstrip("/")


def forget_buckets() -> None:
    """Starts anew, for tests whose portals come and go on the same ports."""
    with _lock:
        _buckets.clear()
        _servers.clear()
        _mirrors.clear()
