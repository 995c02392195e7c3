"""Smart processes: kinds of CRM record that a portal makes for itself, and the workplaces that group them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.crm.entity_types import SMART_PROCESSES, entity_type, find_entity_type
from bitrix_node.sandbox.crm.pipelines import CATEGORIES, add_pipeline, add_stages, forget_pipeline
from bitrix_node.sandbox.custom_fields.store import custom_field_rows
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database, Record

TYPES = family("smart_process")
WORKPLACES = family("workplace")
_LOW_NUMBERS = range(128, 193)
_FIRST_NUMBER = 1030
_CLIENTS = (3, 4)
_PLACES = ("CALENDAR_EVENT|UF_CRM_CAL_EVENT", "TASKS_TASK|UF_CRM_TASK", "TASKS_TASK_TEMPLATE|UF_CRM_TASK")


def add_type(database: Database, values: Mapping[str, Any], sent: Mapping[str, Any]) -> Record:
    """Make a smart process with its first pipeline.

    Args:
        database: the portal's data.
        values: cleaned fields and stamps.
        sent: the fields as they were sent, for links to other types.

    Returns:
        the stored settings.

    Raises:
        RestError: INVALID_ARG_VALUE for an entity type ID that cannot be.
    """
    record: Record = {**values, "entityTypeId": _number(database, values.get("entityTypeId"))}
    record["relations"] = _relations(record, sent.get("relations"), {})
    record["linkedUserFields"] = _places({}, sent)
    types = TYPES.collection(database)
    record["id"] = types.insert(record)
    pipeline = {"name": "General", "isDefault": "Y"}
    add_pipeline(database, entity_type(database, record["entityTypeId"]), pipeline)
    return record


def change_type(database: Database, row: Record, values: Mapping[str, Any], sent: Mapping[str, Any]) -> Record:
    """Change the settings of a smart process.

    Args:
        database: the portal's data.
        row: the stored settings.
        values: cleaned fields and stamps.
        sent: the fields as they were sent, for links to other types; links that are given replace the present ones.

    Returns:
        the changed settings.
    """
    record = {**row, **values}
    record["relations"] = _relations(record, sent.get("relations"), row["relations"])
    record["linkedUserFields"] = _places(row["linkedUserFields"], sent)
    TYPES.collection(database).update(row["id"], record)
    if record["isStagesEnabled"] == "Y" and row["isStagesEnabled"] != "Y":
        _stage_pipelines(database, record["entityTypeId"])
    return record


def remove_type(database: Database, row: Record) -> None:
    """Remove a smart process with its pipelines and custom fields.

    Args:
        database: the portal's data.
        row: the stored settings.

    Raises:
        RestError: BX_ERROR when there are items.
    """
    kind = entity_type(database, row["entityTypeId"])
    if kind.collection(database).count():
        raise RestError("BX_ERROR", "You cannot delete an entity type that has elements")
    for category in CATEGORIES.collection(database).find(entityTypeId=kind.id):
        forget_pipeline(database, kind, category)
    fields = custom_field_rows(database)
    for field in fields.find(ENTITY_ID=kind.user_fields):
        fields.delete(field["id"])
    TYPES.collection(database).delete(row["id"])


def show_type(database: Database, row: Record) -> dict[str, Any]:
    """Write the settings of a smart process with its links.

    Args:
        database: the portal's data.
        row: the stored settings.

    Returns:
        what `crm.type.get` answers.
    """
    workplaces = WORKPLACES.collection(database).all()
    sections = [
        {"id": place["id"], "title": place["title"], "isSelected": place["id"] == row.get("customSectionId")}
        for place in workplaces
    ]
    links = {"relations": row["relations"], "linkedUserFields": row["linkedUserFields"], "customSections": sections}
    return {**TYPES.show(row), **links}


def types_of(database: Database, workplace_id: int) -> list[int]:
    """List the smart processes of a workplace.

    Args:
        database: the portal's data.
        workplace_id: the workplace.

    Returns:
        their own ids, not those of the entity types.
    """
    rows = database.collection(SMART_PROCESSES).find(customSectionId=workplace_id)
    return [row["id"] for row in rows]


def move_types(database: Database, workplace_id: int, type_ids: list[int]) -> None:
    """Let a workplace hold these smart processes and no others; they leave the one that they are in.

    Args:
        database: the portal's data.
        workplace_id: the workplace.
        type_ids: their own ids; unknown ones are passed over.
    """
    types = TYPES.collection(database)
    for type_id in types_of(database, workplace_id):
        types.update(type_id, {"customSectionId": None})
    for type_id in type_ids:
        types.update(type_id, {"customSectionId": workplace_id})


def _stage_pipelines(database: Database, entity_type_id: int) -> None:
    """Give the pipelines that were made without stages the stages of a new one."""
    kind = entity_type(database, entity_type_id)
    statuses = database.collection("crm_statuses", ("ENTITY_ID",))
    for category in CATEGORIES.collection(database).find(entityTypeId=kind.id):
        if statuses.first(ENTITY_ID=kind.stage_directory(category["id"])) is None:
            add_stages(database, kind, category["id"])


def _number(database: Database, wanted: Any) -> int:
    if wanted is None:
        number = _FIRST_NUMBER
        while find_entity_type(database, number) is not None:
            number += 2
        return number
    number = int(wanted)
    if number not in _LOW_NUMBERS and (number < _FIRST_NUMBER or number % 2):
        raise RestError("INVALID_ARG_VALUE", "entityTypeId is out of allowed range")
    if find_entity_type(database, number) is not None:
        raise RestError("INVALID_ARG_VALUE", f"entityTypeId {number} is in use")
    return number


def _relations(record: Record, sent: Any, present: Mapping[str, Any]) -> dict[str, list[Record]]:
    """Links by direction; a type with clients is always a child of contacts and companies."""
    if isinstance(sent, Mapping):
        parents, children = _links(sent.get("parent")), _links(sent.get("child"))
    else:
        parents, children = present.get("parent", []), present.get("child", [])
    own = [link for link in parents if link["isPredefined"] != "Y"]
    if record.get("isClientEnabled") == "Y":
        predefined = [
            {"entityTypeId": number, "isChildrenListEnabled": "Y", "isPredefined": "Y"} for number in _CLIENTS
        ]
        own = [*predefined, *(link for link in own if link["entityTypeId"] not in _CLIENTS)]
    return {"parent": own, "child": children}


def _links(sent: Any) -> list[Record]:
    """Links as they were sent; `Y` and `N` do not work for their switch, `true` and `false` do."""
    rows = list(sent.values()) if isinstance(sent, Mapping) else sent
    links = []
    for row in rows if isinstance(rows, list) else []:
        number = to_integer(row.get("entityTypeId")) if isinstance(row, Mapping) else None
        if number is not None:
            shown = "Y" if str(row.get("isChildrenListEnabled")).lower() in ("true", "1") else "N"
            links.append({"entityTypeId": number, "isChildrenListEnabled": shown, "isPredefined": "N"})
    return links


def _places(present: Mapping[str, str], sent: Mapping[str, Any]) -> dict[str, str]:
    given = sent.get("linkedUserFields")
    wanted = given if isinstance(given, Mapping) else {}
    true = {name: "Y" if str(value).lower() in ("true", "1", "y") else "N" for name, value in wanted.items()}
    return {name: true.get(name, present.get(name, "N")) for name in _PLACES}
