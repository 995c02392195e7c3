"""The trigger's description and the plan of its shim, as n8n and the shim load them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.trigger import event_choices
from bitrix_node.n8n.package.credentials import tested_by
from bitrix_node.n8n.package.icons import icon_reference
from bitrix_node.n8n.package.properties import Property, render_property

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bitrix_node.definitions.models import CredentialType, Parameter
    from bitrix_node.definitions.polling import Polling
    from bitrix_node.definitions.trigger import Event, TriggerDefinition

_SIGN_IN = "authentication"
_UNCHANGING = ("triggerOn", _SIGN_IN)
# n8n's own field, which n8n adds by itself to nodes that do nothing but poll.
_POLL_TIMES: Property = {
    "displayName": "Poll Times",
    "name": "pollTimes",
    "type": "fixedCollection",
    "typeOptions": {"multipleValues": True, "multipleValueButtonText": "Add Poll Time"},
    "default": {"item": [{"mode": "everyMinute"}]},
    "description": "Time at which polling should occur",
    "placeholder": "Add Poll Time",
}


def trigger_description(
    trigger: TriggerDefinition,
    events: Sequence[Event],
    polling: Polling,
    credentials: Mapping[str, CredentialType],
) -> dict[str, Any]:
    """Returns the description of the trigger (n8n's `INodeTypeDescription`).

    It has no `polling: true`, with which n8n would show the poll times in every mode.

    Args:
        trigger: The trigger.
        events: The documented events.
        polling: What can be polled.
        credentials: The credential types.
    """
    return {
        "displayName": trigger.display_name,
        "name": trigger.trigger,
        "icon": icon_reference(),
        "group": ["trigger"],
        "version": trigger.version,
        "subtitle": trigger.subtitle,
        "description": trigger.description,
        "eventTriggerDescription": "",
        "activationMessage": trigger.activation_message,
        "defaults": {"name": trigger.display_name},
        "inputs": [],
        "outputs": ["main"],
        "credentials": _credentials(credentials),
        "webhooks": [_webhook(trigger)],
        "properties": [
            *(_property(parameter, trigger, events) for parameter in (trigger.trigger_on, *trigger.parameters)),
            *(_of_polls(parameter, trigger) for parameter in polling.panel),
            *_poll_times(trigger),
        ],
    }


def trigger_plan(trigger: TriggerDefinition, events: Sequence[Event], polling: Polling) -> dict[str, Any]:
    """Returns what the shim has to know of events, records and bots.

    Args:
        trigger: The trigger.
        events: The documented events.
        polling: What can be polled.
    """
    told = {event.code: {"id": event.id, "record": event.record} for event in events}
    body = json.loads(trigger.model_dump_json(by_alias=True, exclude_defaults=True))
    return {
        "receives": list(trigger.receives),
        "polls": list(trigger.polls),
        "events": {code: {key: value for key, value in facts.items() if value} for code, facts in told.items()},
        **{key: body.get(key, {}) for key in ("records", "botEvents", "botAnswers")},
        "polling": polling.plan(),
    }


def _property(parameter: Parameter, trigger: TriggerDefinition, events: Sequence[Event]) -> Property:
    rendered = render_property(parameter)
    if parameter.name in trigger.event_lists:
        rendered["options"] = event_choices(events)
    if parameter.name == _SIGN_IN:
        rendered["displayOptions"] = {"hide": _otherwise(parameter, (trigger.trigger_on, *trigger.parameters))}
    return {**rendered, "noDataExpression": True} if parameter.name in _UNCHANGING else rendered


def _otherwise(parameter: Parameter, siblings: Sequence[Parameter]) -> Property:
    """When not to show a parameter, by the other choices of the fields that decide it.

    n8n takes what the choice of sign-in names under `show` for a part of that choice, and leaves it out of the panel.
    """
    choices: dict[str, list[Any]] = {
        sibling.name: [option.value for option in sibling.options or ()] or [False, True] for sibling in siblings
    }
    return {
        name: [value for value in choices[name] if value not in wanted]
        for name, wanted in (parameter.show or {}).items()
    }


def _of_polls(parameter: Parameter, trigger: TriggerDefinition) -> Property:
    shown = {"triggerOn": trigger.polls, **(parameter.show or {})}
    return render_property(parameter.model_copy(update={"show": shown}))


def _credentials(credentials: Mapping[str, CredentialType]) -> list[Property]:
    """Asks for the credential of the chosen sign-in; where no choice is shown, for none.

    n8n's editor offers the credentials of all types whose `show` names the choice, and the one taken sets it.
    """
    return [
        {
            "name": credential.credential,
            "required": True,
            "displayOptions": {"show": {_SIGN_IN: [credential.authentication]}},
            **tested_by(credential),
        }
        for credential in credentials.values()
    ]


def _webhook(trigger: TriggerDefinition) -> Property:
    """The address of n8n; without an HTTP method n8n registers none."""
    receives, shows = (json.dumps(list(modes)) for modes in (trigger.receives, trigger.shows_address))
    return {
        "name": "default",
        "httpMethod": f'={{{{ {receives}.includes($parameter["triggerOn"]) ? "POST" : "" }}}}',
        "responseMode": "onReceived",
        "path": "webhook",
        "ndvHideUrl": f'={{{{ !{shows}.includes($parameter["triggerOn"]) }}}}',
        "ndvHideMethod": True,
    }


def _poll_times(trigger: TriggerDefinition) -> list[Property]:
    """Poll times for the modes that poll, and an empty list of them for all others: n8n reads them in any mode."""
    modes = list(trigger.polls)
    empty = {"displayName": "Poll Times", "name": "pollTimes", "type": "hidden", "default": {"item": []}}
    if not modes:
        return [empty]
    return [
        {**_POLL_TIMES, "displayOptions": {"show": {"triggerOn": modes}}},
        {**empty, "displayOptions": {"hide": {"triggerOn": modes}}},
    ]
