"""`crm.status.*`: the entries of the CRM's directories, stages included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import is_true, to_integer
from bitrix_node.sandbox.crm.entity_types import EntityType, all_entity_types, find_entity_type
from bitrix_node.sandbox.crm.pipelines import SEMANTIC_WORDS, directories
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

STATUSES = family("status")
_CHANGEABLE = ("NAME", "SORT", "COLOR")


@method("crm.status.list", scope="crm")
def status_list(call: Call) -> Page:
    """List statuses: stages, sources, types and every other choice; never in pages."""
    order = call.mapping("order") or {"SORT": "ASC"}
    rows, _ = STATUSES.collection(call.database).query(
        call.mapping("filter"), order, limit=-1, field_name=STATUSES.field_name
    )
    return Page([STATUSES.show(row) for row in rows], len(rows))


@method("crm.status.get", scope="crm")
def status_get(call: Call) -> dict[str, Any]:
    """Fetch an entry."""
    shown = STATUSES.show(_found(call))
    shown.pop("EXTRA")
    return shown


@method("crm.status.add", scope="crm")
def status_add(call: Call) -> int:
    """Add an entry to a directory, a stage to a pipeline among them."""
    _require_administrator(call)
    record = _new(_sent(call))
    directory = next((entry for entry in directories(call.database) if entry["ID"] == record["ENTITY_ID"]), None)
    if directory is None:
        raise RestError("", "Specified entity type is not supported.")
    if not record.get("NAME"):
        raise RestError("", "The field Title is required.")
    if "SEMANTIC_INFO" in directory:
        _complete_stage(call, record, directory)
    statuses = STATUSES.collection(call.database)
    if statuses.first(ENTITY_ID=record["ENTITY_ID"], STATUS_ID=record["STATUS_ID"]) is not None:
        raise RestError("ERROR_CORE", "The specified status ID already exists.")
    return statuses.insert(record)


@method("crm.status.update", scope="crm")
def status_update(call: Call) -> bool:
    """Change name, place or colour of an entry."""
    _require_administrator(call)
    status, sent = _found(call), _sent(call)
    changes = _cleaned({name: value for name, value in sent.items() if name in _CHANGEABLE}, new=False)
    if "COLOR" in changes:
        changes["EXTRA"] = {**(status.get("EXTRA") or {}), "COLOR": changes["COLOR"]}
    STATUSES.collection(call.database).update(status["id"], changes)
    return True


@method("crm.status.delete", scope="crm")
def status_delete(call: Call) -> bool:
    """Remove an entry; one that the portal brought along only by force, a stage only when it is empty."""
    _require_administrator(call)
    status = _found(call)
    if status["SYSTEM"] == "Y" and not is_true(call.mapping("params").get("FORCED", "N")):
        raise RestError("", 'CRM System Status can be deleted only if parameter FORCED is specified and equal to "Y".')
    if _is_in_use(call, status):
        raise RestError("", "There are active items in this status.")
    return STATUSES.collection(call.database).delete(status["id"])


@method("crm.status.fields", scope="crm")
def status_fields(_call: Call) -> dict[str, Any]:
    """Document the fields of statuses."""
    return STATUSES.describe()


@method("crm.status.entity.types", scope="crm")
def directory_list(call: Call) -> list[dict[str, Any]]:
    """List the directories."""
    return list(directories(call.database))


@method("crm.status.entity.items", scope="crm")
def directory_entries(call: Call) -> list[dict[str, Any]]:
    """List the entries of one directory in their order."""
    wanted = call.text("entityId").upper()
    if all(entry["ID"] != wanted for entry in directories(call.database)):
        raise RestError("", "The parameter entityId is not defined or invalid.")
    rows = STATUSES.collection(call.database).find(ENTITY_ID=wanted)
    ordered = sorted(rows, key=lambda row: (row["SORT"], row["id"]))
    return [{name: row[name] for name in ("NAME", "SORT", "STATUS_ID")} for row in ordered]


def _new(sent: dict[str, Any]) -> Record:
    missing = [name for name in ("ENTITY_ID", "STATUS_ID") if sent.get(name) in (None, "")]
    if missing:
        raise RestError("", " ".join(f"The field {name} is required." for name in missing))
    return {**_cleaned(sent, new=True), "NAME_INIT": "", "SYSTEM": "N"}


def _complete_stage(call: Call, record: Record, directory: dict[str, Any]) -> None:
    """Give a new stage its place in the pipeline, and its code the pipeline's prefix."""
    prefix = f"{directory['PREFIX']}:" if "PREFIX" in directory else ""
    record["STATUS_ID"] = prefix + record["STATUS_ID"].removeprefix(prefix)
    record["CATEGORY_ID"] = directory.get("CATEGORY_ID") or None
    record["SEMANTICS"] = record.get("SEMANTICS") or None
    record["EXTRA"] = {"SEMANTICS": SEMANTIC_WORDS.get(record["SEMANTICS"], "process"), "COLOR": record.get("COLOR")}
    stages = STATUSES.collection(call.database).find(ENTITY_ID=record["ENTITY_ID"])
    last = [int(stage["SORT"]) for stage in stages if stage["SEMANTICS"] == "S"]
    if record["SEMANTICS"] != "F" and last and int(record["SORT"]) > max(last):
        raise RestError(
            "",
            "Cannot create more stages after the final stage because the final successful stage already exists. "
            "Try using sort order values less than that of the final stage.",
        )


def _is_in_use(call: Call, status: Record) -> bool:
    kind = _owner_of(call, status["ENTITY_ID"])
    return kind is not None and kind.collection(call.database).first(stageId=status["STATUS_ID"]) is not None


def _owner_of(call: Call, directory: str) -> EntityType | None:
    """The type whose stages a directory holds."""
    for kind in all_entity_types(call.database):
        if directory == kind.stages:
            return kind
    entry = next((entry for entry in directories(call.database) if entry["ID"] == directory), {})
    return find_entity_type(call.database, entry.get("ENTITY_TYPE_ID", 0))


def _sent(call: Call) -> dict[str, Any]:
    if not isinstance(call.value("fields"), (dict, list)):
        raise RestError("", "Parameter 'fields' must be array.")
    return {name.upper(): value for name, value in call.mapping("fields").items()}


def _cleaned(sent: dict[str, Any], *, new: bool) -> Record:
    try:
        return STATUSES.clean(sent, new=new)
    except ValueError as problem:
        raise RestError("", str(problem)) from problem


def _found(call: Call) -> Record:
    number = to_integer(call.value("id"))
    if not number or number < 0:
        raise RestError("", "Invalid identifier.")
    status = STATUSES.collection(call.database).get(number)
    if status is None:
        raise RestError("", "Status is not found.")
    return status


def _require_administrator(call: Call) -> None:
    if not call.is_admin:
        raise RestError("", "Access denied.")
