"""How one sandbox is set up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

Seed = Literal["demo", "empty"]


@dataclass(frozen=True, slots=True)
class BucketSize:
    """A leaky bucket's measure.

    Attributes:
        drain: requests that leave the bucket each second.
        capacity: requests the bucket holds.
    """

    drain: float
    capacity: int

    @classmethod
    def parse(cls, text: str) -> BucketSize | None:
        """Read a `--bucket` value.

        Args:
            text: `off`, or drain and capacity such as `2:50`.

        Returns:
            the measure, or None when the bucket is off.

        Raises:
            ValueError: the text is neither.
        """
        if text == "off":
            return None
        drain, separator, capacity = text.partition(":")
        try:
            size = cls(float(drain), int(capacity))
        except ValueError:
            size = cls(0, 0)
        if not separator or size.drain <= 0 or size.capacity <= 0:
            raise ValueError(
                f"The bucket is 'off' or DRAIN:CAPACITY (requests a second, requests) such as '2:50'; got '{text}'."
            )
        return size


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """The switches of a sandbox.

    Attributes:
        port: TCP port; 0 takes a free one.
        database: SQLite file that keeps the portal between starts; None keeps it in memory.
        seed: what a new database holds: the `demo` company or an `empty` portal with its administrator.
        bucket: request limit as `off` or `DRAIN:CAPACITY` (cloud plans: `2:50`, Enterprise: `5:250`).
        latency_ms: delay of every HTTP request, half of it on the way there and half on the way back.
        command_ms: work time of every command; a batch of ten takes ten of them.
        host: address to listen on.
        operating_seconds: work time one method may use in ten minutes before it answers 429.
        token_lifetime: seconds an OAuth2 access token is good for.
        token_requests: requests after which an OAuth2 access token has expired all the same; None for no such end.
        certificate: PEM file with the server's certificate and its key; the portal then speaks HTTPS, which some
            clients insist on.
        event_seconds: how long a handler of events may take to answer.
    """

    port: int = 0
    database: Path | str | None = None
    seed: Seed = "demo"
    bucket: str = "off"
    latency_ms: float = 0
    command_ms: float = 0
    host: str = "127.0.0.1"
    operating_seconds: float = 480
    token_lifetime: int = 3600
    token_requests: int | None = None
    certificate: Path | str | None = None
    event_seconds: float = 10

    def __post_init__(self) -> None:
        """Refuse values that no portal could run with.

        Raises:
            ValueError: a value is out of its range; the text names it.
        """
        BucketSize.parse(self.bucket)
        if self.seed not in ("demo", "empty"):
            raise ValueError(f"The seed is 'demo' or 'empty'; got '{self.seed}'.")
        if self.token_requests is not None and self.token_requests < 1:
            raise ValueError("token_requests is at least 1, or None.")
        for name in ("latency_ms", "command_ms"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be a number of milliseconds, 0 or more; got {getattr(self, name)}.")
