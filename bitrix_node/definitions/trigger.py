"""Frozen models of the trigger: its panel, the events that it can wait for, and how their records are fetched."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from bitrix_node.definitions.models import NodeHead, Parameter, VocabularyModel

if TYPE_CHECKING:
    from collections.abc import Sequence


class Event(VocabularyModel):
    """One documented event; `node_definitions/events.json` has one a line."""

    code: str
    module: str
    name: str
    scope: str | None = None
    id: str | None = None
    record: str | None = None
    by: Literal["bot", "queue"] | None = None
    application_only: bool = False
    deprecated: bool = False


class RecordSource(VocabularyModel):
    """How the record that an event tells of is fetched."""

    method: str
    arguments: dict[str, Any] = {}
    event_arguments: dict[str, str]
    answer: str = ""
    changed_by: str | None = None


class BotEvent(VocabularyModel):
    """One thing that chatbots are told of: its code today, and the code and the handler's name of the old API."""

    code: str
    classic_code: str | None = None
    classic_handler: str | None = None


class TriggerDefinition(NodeHead):
    """The trigger node."""

    trigger: str
    activation_message: str
    trigger_on: Parameter
    receives: tuple[str, ...]
    polls: tuple[str, ...] = ()
    shows_address: tuple[str, ...] = ()
    event_lists: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...]
    records: dict[str, RecordSource] = {}
    bot_events: dict[str, BotEvent] = {}
    bot_answers: dict[str, tuple[str, ...]] = {}

    @cached_property
    def authentications(self) -> tuple[Parameter, ...]:
        """The choices of sign-in, one for the modes that offer the same."""
        return tuple(parameter for parameter in self.parameters if parameter.name == "authentication")


def event_choices(events: Sequence[Event]) -> list[dict[str, str]]:
    """The events to which a handler can be subscribed, as choices of a dropdown grouped by section.

    Args:
        events: all documented ones.
    """
    choices = [
        {"name": f"{event.module}: {event.name}{_MARKS[event.deprecated]}", "value": event.code}
        for event in events
        if event.by is None and event.code != QUEUE_GREW
    ]
    return sorted(choices, key=lambda choice: choice["name"].lower())


QUEUE_GREW = "ONOFFLINEEVENT"
_MARKS = {True: " (Deprecated)", False: ""}
