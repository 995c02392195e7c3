"""Tasks that are linked to CRM records stand among the activities of the first of these records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bitrix_node.sandbox.crm import activities
from bitrix_node.sandbox.crm.owners import Owner

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database, Record
    from bitrix_node.sandbox.registry import Call

_LINK = re.compile(r"(?P<kind>[A-Z]+|T(?P<number>[0-9a-f]+))_(?P<id>\d+)")
_KINDS = {"L": 1, "D": 2, "C": 3, "CO": 4, "Q": 7, "O": 14, "SI": 31}
_DONE = 5


def mirror(call: Call, task: Record) -> None:
    """Bring the activity of a task up to the task, which may be new, changed or linked no longer.

    Args:
        call: in whose name and when.
        task: as it is stored now.
    """
    owner = next((found for link in task.get("UF_CRM_TASK") or [] if (found := _owner(str(link)))), None)
    known = activities.activities(call.database).first(TYPE_ID=activities.TASK, ASSOCIATED_ENTITY_ID=task["id"])
    if owner is None or not owner.exists(call.database):
        forget(call.database, task["id"])
        return
    provider, provider_type = activities.PROVIDERS[activities.TASK]
    values: Record = {
        "OWNER_TYPE_ID": owner.type_id,
        "OWNER_ID": owner.id,
        "TYPE_ID": activities.TASK,
        "PROVIDER_ID": provider,
        "PROVIDER_TYPE_ID": provider_type,
        "ASSOCIATED_ENTITY_ID": task["id"],
        "SUBJECT": task["TITLE"],
        "DESCRIPTION": task.get("DESCRIPTION") or "",
        "RESPONSIBLE_ID": task["RESPONSIBLE_ID"],
        "START_TIME": task.get("START_DATE_PLAN"),
        "END_TIME": task.get("DEADLINE"),
        "COMPLETED": "Y" if task["STATUS"] == _DONE else "N",
    }
    if known is None:
        activities.insert(call, values)
    elif any(known.get(name) != value for name, value in values.items()):
        activities.save(call, known, values)


def forget(database: Database, task_id: int) -> None:
    """Remove the activity of a task."""
    for known in activities.activities(database).find(TYPE_ID=activities.TASK, ASSOCIATED_ENTITY_ID=task_id):
        activities.activities(database).delete(known["id"])


def _owner(link: str) -> Owner | None:
    found = _LINK.fullmatch(link)
    if found is None:
        return None
    number = int(found["number"], 16) if found["number"] else _KINDS.get(found["kind"], 0)
    return Owner(number, int(found["id"]))
