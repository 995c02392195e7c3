"""What the activities of a template do. A type that is not here is noted in the log and passed over."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.workflows import conditions, letters, messages, rules, tasks

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.sandbox.workflows.run import Activity, Run

_APPLICATION = "rest_"


def carry_out(run: Run, activity: Activity) -> None:
    """Do what an activity says.

    Args:
        run: the workflow; it waits afterwards if the activity needs an answer.
        activity: `Type`, `Name`, `Properties` and `Children`.
    """
    kind = str(activity["Type"])
    settings = activity.get("Properties") or {}
    if kind.startswith(_APPLICATION):
        _call_application(run, activity, settings)
    elif kind in tasks.KINDS:
        tasks.set_task(run, activity)
    elif kind in _ACTIVITIES:
        _ACTIVITIES[kind](run, activity, settings)
    else:
        run.note(f"The sandbox has no activity {kind}; passed over.", activity)


def _children(run: Run, activity: Activity, _settings: dict[str, Any]) -> None:
    run.do_next(activity.get("Children") or [])


def _branch(run: Run, activity: Activity, _settings: dict[str, Any]) -> None:
    branches = activity.get("Children") or []
    run.do_next([branch for branch in branches if conditions.holds(run, branch)][:1])


def _set_state(run: Run, _activity: Activity, settings: dict[str, Any]) -> None:
    run.set_state(run.text(settings.get("TargetStateTitle")))


def _set_variable(run: Run, _activity: Activity, settings: dict[str, Any]) -> None:
    run.record["VARIABLES"] |= run.value(settings.get("VariableValue") or {})


def _set_field(run: Run, _activity: Activity, settings: dict[str, Any]) -> None:
    run.document.change(run.call, run.value(settings.get("FieldValue") or {}))
    run.document = type(run).of(run.call, run.record).document


def _log(run: Run, activity: Activity, settings: dict[str, Any]) -> None:
    run.note(run.text(settings.get("Text")), activity)


def _send_message(run: Run, _activity: Activity, settings: dict[str, Any]) -> None:
    phone = run.text(settings.get("MessageTo")) or messages.phone_of(run.document.record)
    messages.send(run, phone, run.text(settings.get("MessageText")), run.text(settings.get("ProviderId")))


def _call_application(run: Run, activity: Activity, settings: dict[str, Any]) -> None:
    """Call the handler of a robot or an activity, and wait for its answer where it gives one."""
    rule = rules.installed(run.call.database, str(activity["Type"]).removeprefix(_APPLICATION))
    if rule is None:
        run.note("The application has removed this activity; passed over.", activity)
        return
    token = f"{run.id}|{activity['Name']}|{secrets.token_hex(16)}"
    waits = rule["USE_SUBSCRIPTION"] != "N"
    document = run.document
    body = {
        "workflow_id": run.id,
        "code": rule["CODE"],
        "document_id": [document.module, document.entity, document.id],
        "document_type": [document.module, document.entity, document.type],
        "event_token": token,
        "properties": {name: run.value(settings.get(name)) for name in rule["PROPERTIES"] or {}},
        "use_subscription": "Y" if waits else "N",
        "timeout_duration": "0",
    }
    letters.post(run.call, str(rule["HANDLER"]), str(rule["CODE"]), body, rule["AUTH_USER_ID"])
    if waits:
        run.wait(activity, token=token, since=timestamp(run.call.now))


_ACTIVITIES: dict[str, Callable[[Run, Activity, dict[str, Any]], None]] = {
    "SequentialWorkflowActivity": _children,
    "SequenceActivity": _children,
    "ParallelActivity": _children,
    "EmptyBlockActivity": _children,
    "IfElseActivity": _branch,
    "IfElseBranchActivity": _children,
    "SetStateTitleActivity": _set_state,
    "SetVariableActivity": _set_variable,
    "SetFieldActivity": _set_field,
    "LogActivity": _log,
    "CrmSendSmsActivity": _send_message,
}
