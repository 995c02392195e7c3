"""How a client of a portal behaves."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bitrix_node.credentials.limits import RequestLimits
from bitrix_node.portal.clock import Clock
from bitrix_node.portal.limits.sharing import REDIS_VARIABLE
from bitrix_node.portal.retry import RetryPolicy
from bitrix_node.portal.transport import Timeouts

if TYPE_CHECKING:
    from bitrix_node.credentials import Endpoint


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """How the client behaves.

    Attributes:
        burst: size of the portal's bucket of requests; the credential's where not given.
        rate: requests a second that drain from it; the credential's where not given.
        redis_url: the Redis through which processes share that bucket; `BITRIX24_REDIS_URL` where not given, and none
            where empty.
        timeouts: how long to wait for the network.
        retry: what is sent again, and when.
        clock: the time to wait by.
    """

    burst: int | None = None
    rate: float | None = None
    redis_url: str | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    clock: Clock = field(default_factory=Clock)

    def limits(self, endpoint: Endpoint) -> RequestLimits | None:
        """What is stated of the portal's limits: here, or in the credential."""
        if self.rate is None and self.burst is None:
            return endpoint.limits
        stated = endpoint.limits or RequestLimits()
        return RequestLimits(self.rate or stated.rate, self.burst or stated.burst)

    @property
    def redis(self) -> str:
        """The Redis to share limits through; empty for none."""
        return os.environ.get(REDIS_VARIABLE, "") if self.redis_url is None else self.redis_url
