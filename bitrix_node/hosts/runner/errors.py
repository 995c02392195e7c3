"""Every way the runner ends or refuses, sorted by what the caller should do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence


class RunnerError(Exception):
    """The runner cannot go on; the message tells the person who started it what to do.

    Attributes:
        exit_code: What the process should exit with.
    """

    exit_code: ClassVar[int] = 1


class ConfigurationError(RunnerError):
    """The environment does not describe a usable runner.

    Attributes:
        faults: Every fault found, each naming the variable, its value and what is allowed.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class AuthorizationError(RunnerError):
    """The broker knows neither our authentication token nor our grant token; trying again cannot help."""


class HealthCheckPortError(RunnerError):
    """The health check server cannot listen where it was told to."""


class ConnectionLostError(RunnerError):
    """The connection is gone and cannot be made again, because a grant token works once only."""


class BrokerUnavailableError(RunnerError):
    """The broker did not take us this time; a later attempt may succeed."""


class UnsendableResultError(Exception):
    """A result cannot travel to n8n: it is not JSON, or larger than the broker takes."""


class UnreadableMessageError(Exception):
    """A message from the broker is not what the contract says."""
