"""Pipelines: made with their stages, renamed, made the default one, and removed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bitrix_node.sandbox.crm.entity_types import all_entity_types
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitrix_node.sandbox.crm.entity_types import EntityType
    from bitrix_node.sandbox.database import Database, Record

CATEGORIES = family("category")
SEMANTIC_WORDS = {None: "process", "": "process", "P": "process", "S": "success", "F": "failure"}
DEALS = 2
_STAGE_DISTANCE = 10


def add_pipeline(database: Database, kind: EntityType, values: Mapping[str, Any]) -> Record:
    """Make a pipeline with the stages that such pipelines start with.

    Args:
        database: the portal's data.
        kind: type of the records.
        values: cleaned fields of the pipeline.

    Returns:
        the stored pipeline.
    """
    categories = CATEGORIES.collection(database)
    record = {**CATEGORIES.clean({}, new=True), **values, "entityTypeId": kind.id}
    record["id"] = categories.insert(record)
    if record["isDefault"] == "Y":
        make_default(database, kind, record["id"])
    add_stages(database, kind, record["id"])
    return record


def add_stages(database: Database, kind: EntityType, category_id: int) -> None:
    """Give a pipeline the stages that such pipelines start with; none where the type has no stages.

    Args:
        database: the portal's data.
        kind: type of the records.
        category_id: the pipeline.
    """
    directory = kind.stage_directory(category_id)
    if directory is None:
        return
    templates = _document()["stages"]
    prefix = kind.stage_prefix.format(category=category_id)
    statuses = database.collection("crm_statuses", ("ENTITY_ID",))
    for number, values in enumerate(templates.get(kind.name, templates["DYNAMIC"]), 1):
        stage = dict(zip(templates["columns"], values, strict=True))
        place = {"ENTITY_ID": directory, "CATEGORY_ID": category_id, "SORT": number * _STAGE_DISTANCE}
        extra = {"SEMANTICS": SEMANTIC_WORDS[stage["SEMANTICS"]], "COLOR": stage["COLOR"]}
        original = stage["NAME"] if stage["SYSTEM"] == "Y" else ""
        code = prefix + stage["STATUS_ID"]
        statuses.insert({**stage, **place, "STATUS_ID": code, "NAME_INIT": original, "EXTRA": extra})


def make_default(database: Database, kind: EntityType, category_id: int) -> None:
    """Make a pipeline the one that new records go to.

    Args:
        database: the portal's data.
        kind: type of the records.
        category_id: the pipeline.
    """
    categories = CATEGORIES.collection(database)
    for other in categories.find(entityTypeId=kind.id):
        categories.update(other["id"], {"isDefault": "Y" if other["id"] == category_id else "N"})


def remove_pipeline(database: Database, kind: EntityType, category: Record) -> None:
    """Remove a pipeline with its stages.

    Args:
        database: the portal's data.
        kind: type of the records.
        category: the pipeline.

    Raises:
        RestError: it is the default one, or there are records in it.
    """
    code = "0" if kind.id == DEALS else "BX_ERROR"
    if category["isDefault"] == "Y":
        raise RestError(code, "Default deal category cannot be deleted" if code == "0" else "It is the default funnel")
    if kind.collection(database).first(categoryId=category["id"]) is not None:
        raise RestError(code, f"There are elements in the funnel {category['name']}")
    forget_pipeline(database, kind, category)


def forget_pipeline(database: Database, kind: EntityType, category: Record) -> None:
    """Remove a pipeline with its stages, whatever it is.

    Args:
        database: the portal's data.
        kind: type of the records.
        category: the pipeline.
    """
    statuses = database.collection("crm_statuses", ("ENTITY_ID",))
    for stage in statuses.find(ENTITY_ID=kind.stage_directory(category["id"]) or ""):
        statuses.delete(stage["id"])
    CATEGORIES.collection(database).delete(category["id"])


def directories(database: Database) -> Iterator[dict[str, Any]]:
    """Go through the directories that statuses belong to.

    Args:
        database: the portal's data.

    Yields:
        descriptions as `crm.status.entity.types` gives them.
    """
    for entry in _document()["directories"]:
        shown = {name: value for name, value in entry.items() if name != "stages"}
        yield shown | ({"SEMANTIC_INFO": _semantics(database, entry["ID"])} if entry.get("stages") else {})
    for kind in all_entity_types(database):
        if kind.category_stages is None:
            continue
        for category in CATEGORIES.collection(database).find(entityTypeId=kind.id):
            yield _pipeline_directory(database, kind, category)


def _pipeline_directory(database: Database, kind: EntityType, category: Record) -> dict[str, Any]:
    directory, number = str(kind.stage_directory(category["id"])), category["id"]
    shown: dict[str, Any] = {"ID": directory, "NAME": f"{kind.title}: {category['name']}", "ENTITY_TYPE_ID": kind.id}
    shown |= {"FIELD_ATTRIBUTE_SCOPE": f"category_{number}" if number else "", "CATEGORY_ID": number}
    if number or kind.stages is None:
        shown["PREFIX"] = kind.stage_prefix.format(category=number).rstrip(":")
    if kind.stages is not None:
        shown |= {"SEMANTIC_INFO": _semantics(database, directory), **({"PARENT_ID": kind.stages} if number else {})}
        return shown
    default = category["isDefault"] == "Y"
    names = {"CATEGORY_NAME": category["name"], "CATEGORY_SORT": category["sort"], "IS_DEFAULT_CATEGORY": default}
    return shown | {"SEMANTIC_INFO": [], "IS_ENABLED": True, **names}


def _semantics(database: Database, directory: str) -> dict[str, Any]:
    rows = sorted(database.collection("crm_statuses").find(ENTITY_ID=directory), key=lambda row: int(row["SORT"]))
    success = next((row["STATUS_ID"] for row in rows if row["SEMANTICS"] == "S"), None)
    failure = next((row["STATUS_ID"] for row in rows if row["SEMANTICS"] == "F"), None)
    start = rows[0]["STATUS_ID"] if rows else None
    return {
        "START_FIELD": start,
        "FINAL_SUCCESS_FIELD": success,
        "FINAL_UNSUCCESS_FIELD": failure,
        "FINAL_SORT": 0,
    }


@cache
def _document() -> dict[str, Any]:
    text = Path(__file__).with_name("pipelines.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    return document
