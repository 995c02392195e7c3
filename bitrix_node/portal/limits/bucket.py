"""A model of the portal's own leaky bucket, so that its limit is not met in ordinary use.

The portal adds one for each request and lets a rate drain away each second; a request that would overflow the bucket
is answered with QUERY_LIMIT_EXCEEDED. See "Limits" in the REST documentation.

When exactly a request arrived is not known here, only when it was sent, when its answer came, and how long the portal
says that it worked on it. Until the answer it counts as one that does not drain, then as one that arrived when the
work began, so that the model is never emptier than the portal's bucket, however long a request travels.

Several clients use one bucket. Each tells in a report what became of its requests and asks for a place; those who wait
take turns, and each is told when its turn can come, so that nobody asks in vain. `bucket.lua` is the same in Redis.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import RLock
from typing import Literal, TypeAlias

from bitrix_node.credentials.limits import RequestLimits

LEASE = 30.0
"""Seconds after which a client that has said nothing counts as gone, and its requests as answered."""

LONGEST_BLOCK = 8
"""How many requests' worth of draining nobody passes at most, however often the portal refuses."""

ROUNDING = 0.001
"""Seconds added to a delay, so that nobody comes a moment too early."""

EXACT = 1e-6
"""What sums of moments may lack to a whole place."""

Ask: TypeAlias = Literal["take", "keep", "leave"]
"""What a client wants: a place, the turn that it waits for, or nothing any more."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a client of the bucket tells and asks.

    Attributes:
        client: its name.
        travelling: its requests that have been sent and not answered.
        answered: its requests that have ended since the last report.
        worked: seconds that the portal had worked on each of these at least.
        refused: whether the portal has refused one since then because the bucket was full.
        ask: what it wants.
        limits: those that its credential states.
    """

    client: str
    travelling: int = 0
    answered: int = 0
    worked: float = 0.0
    refused: bool = False
    ask: Ask = "leave"
    limits: RequestLimits | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What a client is told.

    Attributes:
        granted: whether it may send a request.
        delay: seconds until asking again is worth while.
        room: places left that nobody waits for.
    """

    granted: bool
    delay: float
    room: int


@dataclass(slots=True)
class _Client:
    until: float
    travelling: int = 0
    turn: int | None = None


@dataclass(slots=True)
class LeakyBucket:
    """The model of one portal's bucket. Threads may share it; the moments given must grow.

    Attributes:
        limits: the size of the bucket, and how fast it drains.
        lock: held during each change.
    """

    limits: RequestLimits = field(default_factory=RequestLimits)
    _level: float = 0.0
    _at: float = 0.0
    _empty_since: float = 0.0
    _blocked_until: float = 0.0
    _refusals: int = 0
    _turns: int = 0
    _clients: dict[str, _Client] = field(default_factory=dict)
    lock: RLock = field(default_factory=RLock, repr=False)

    def exchange(self, report: Report, now: float) -> Turn:
        """Takes in what a client tells, and answers what it asks.

        Args:
            report: the client's.
            now: the moment, in seconds.
        """
        with self.lock:
            self._catch_up(report, now)
            client = self._clients[report.client]
            turn = self._answer(report.ask, client, now)
            if not client.travelling and client.turn is None:
                del self._clients[report.client]
            return turn

    def mirror(self, report: Report, turn: Turn, limits: RequestLimits, level: float, now: float) -> None:
        """Takes in what a client told another model of the same bucket, got from it, and how full that is."""
        with self.lock:
            self._catch_up(report, now)
            self.limits, self._level = limits, min(float(limits.burst), level)
            client = self._clients[report.client]
            client.travelling, client.turn = client.travelling + turn.granted, None
            if not client.travelling:
                del self._clients[report.client]

    def travelling(self, now: float) -> dict[str, int]:
        """The requests that have been sent and not answered, by client."""
        with self.lock:
            clients = self._clients.items()
            return {name: client.travelling for name, client in clients if client.travelling and client.until >= now}

    def level(self, now: float) -> float:
        """How full it is, without the requests that travel."""
        with self.lock:
            self._drain(now)
            return self._level

    def room(self, now: float) -> int:
        """How many requests would pass."""
        with self.lock:
            self._drain(now)
            return self._free(now)

    def _catch_up(self, report: Report, now: float) -> None:
        self._drain(now)
        if report.limits is not None:
            self.limits = report.limits
        self._forget_silent(now)
        client = self._clients.setdefault(report.client, _Client(now))
        client.until, client.travelling = now + LEASE, report.travelling
        self._pour(report.answered, now - report.worked)
        if report.refused:
            self._correct(now)
        elif report.answered and now >= self._blocked_until:
            self._refusals = 0

    def _drain(self, now: float) -> None:
        now = max(now, self._at)
        if self._level > 0:
            self._empty_since = self._at + self._level / self.limits.rate
            self._level = max(0.0, self._level - (now - self._at) * self.limits.rate)
        self._at = now

    def _pour(self, requests: int, arrived: float) -> None:
        """Takes in requests that arrived by that moment; while the bucket is empty they drain from then on."""
        if self._level > 0:
            began = self._at
        else:
            began = min(max(arrived, self._empty_since), self._at)
            self._empty_since = began + requests / self.limits.rate
        left = max(0.0, requests - (self._at - began) * self.limits.rate)
        self._level = min(float(self.limits.burst), self._level + left)

    def _forget_silent(self, now: float) -> None:
        for name, client in list(self._clients.items()):
            if client.until < now:
                self._pour(client.travelling, now)
                del self._clients[name]

    def _correct(self, now: float) -> None:
        """The portal refused: its bucket is full, and each refusal in a row keeps everybody back for longer."""
        self._level = max(self._level, float(self.limits.burst - self._travelling))
        if now >= self._blocked_until:
            self._blocked_until = now + min(2**self._refusals, LONGEST_BLOCK) / self.limits.rate
            self._refusals = min(self._refusals + 1, LONGEST_BLOCK)

    def _answer(self, ask: Ask, client: _Client, now: float) -> Turn:
        if ask == "leave":
            client.turn = None
        if ask != "take":
            return Turn(granted=False, delay=0.0, room=max(0, self._free(now) - self._waiting))
        if client.turn is None:
            self._turns += 1
            client.turn = self._turns
        ahead = sum(other.turn is not None and other.turn < client.turn for other in self._clients.values())
        granted, delay = self._free(now) > ahead, 0.0
        if granted:
            client.travelling, client.turn = client.travelling + 1, None
        else:
            missing = self._level + self._travelling + ahead + 1 - self.limits.burst
            delay = max(missing / self.limits.rate, self._blocked_until - now, 0.0) + ROUNDING
        return Turn(granted=granted, delay=delay, room=max(0, self._free(now) - self._waiting))

    def _free(self, now: float) -> int:
        if now < self._blocked_until:
            return 0
        return max(0, int(self.limits.burst - self._level - self._travelling + EXACT))

    @property
    def _travelling(self) -> int:
        return sum(client.travelling for client in self._clients.values())

    @property
    def _waiting(self) -> int:
        return sum(client.turn is not None for client in self._clients.values())
