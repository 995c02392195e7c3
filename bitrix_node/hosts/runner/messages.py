"""The messages that travel between n8n's task broker and a runner, as small frozen values.

Names and fields follow `BrokerMessage.ToRunner` and `RunnerMessage.ToBroker` of `@n8n/task-runner`. What n8n can
send besides (answers to data, node type and RPC requests) is left out, because this runner never asks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class InfoRequest:
    """The broker asks who we are, first thing on a new connection."""


@dataclass(frozen=True, slots=True)
class RunnerRegistered:
    """The broker knows us now and takes offers."""


@dataclass(frozen=True, slots=True)
class TaskOfferAccept:
    """A task was matched to one of our offers; it wants an answer within two seconds."""

    task_id: str
    offer_id: str


@dataclass(frozen=True, slots=True)
class TaskSettings:
    """What the node passed to `startJob`."""

    task_id: str
    settings: Any = None


@dataclass(frozen=True, slots=True)
class TaskCancel:
    """Nobody waits for the task any more."""

    task_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Drain:
    """n8n is shutting down: no more offers, finish what runs."""


@dataclass(frozen=True, slots=True)
class RunnerInfo:
    """Who we are and which types of tasks we take."""

    name: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TaskOffer:
    """A free slot, for `valid_for` milliseconds."""

    offer_id: str
    task_type: str
    valid_for: int


@dataclass(frozen=True, slots=True)
class TaskAccepted:
    """We take the task and wait for its settings."""

    task_id: str


@dataclass(frozen=True, slots=True)
class TaskRejected:
    """We do not take the task; the broker looks for another offer."""

    task_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskDone:
    """The task's answer: `data` holds it under `result`."""

    task_id: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TaskError:
    """The task failed: `error` holds `message` and `description`."""

    task_id: str
    error: Mapping[str, str]


BrokerMessage = InfoRequest | RunnerRegistered | TaskOfferAccept | TaskSettings | TaskCancel | Drain
RunnerMessage = RunnerInfo | TaskOffer | TaskAccepted | TaskRejected | TaskDone | TaskError
