"""The CRM entity types and their fields: those of `entity_types.yaml`, and the smart processes of the portal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bitrix_node.sandbox.crm.custom_fields import custom_fields
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.fields import Field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bitrix_node.sandbox.database import Collection, Database, Record

SMART_PROCESSES = "crm_smart_process_types"


@dataclass(frozen=True, slots=True)
class EntityType:
    """A kind of CRM record.

    Attributes:
        id: `entityTypeId`.
        name: system name, as in `crm.enum.ownertype`.
        code: short name, as owners of product rows are called by.
        title: caption; a record without a title gets it with its id.
        fields: by stored (camelCase) name.
        user_fields: entity that its custom fields belong to.
        stages: status directory of its stages in the default pipeline; None when it has no stages.
        category_stages: the directory in other pipelines, with `{category}` for the pipeline id.
        stage_prefix: what codes of stages in other pipelines begin with, with `{category}` for the pipeline id.
        has_categories: whether it has pipelines.
        closing_days: days from start to end of a new record that names no end.
        settings: of a smart process, as the portal keeps them; None for the portal's own types.
    """

    id: int
    name: str
    code: str
    title: str
    fields: Mapping[str, Field]
    user_fields: str
    stages: str | None = None
    category_stages: str | None = None
    stage_prefix: str = ""
    has_categories: bool = False
    closing_days: int | None = None
    settings: Record | None = None

    def collection(self, database: Database) -> Collection:
        """Open the records of this type.

        Args:
            database: the portal's data.

        Returns:
            the collection.
        """
        return database.collection(f"crm_items_{self.id}")

    def stage_directory(self, category_id: int) -> str | None:
        """Name the status directory that holds the stages.

        Args:
            category_id: pipeline.

        Returns:
            such as `DEAL_STAGE` or `DEAL_STAGE_1`; None without stages.
        """
        if self.category_stages and (category_id or self.stages is None):
            return self.category_stages.format(category=category_id)
        return self.stages

    def all_fields(self, database: Database) -> dict[str, Field]:
        """Gather system and custom fields, and the links to records that this type is a child of.

        Args:
            database: the portal's data; custom fields are kept there.

        Returns:
            fields by stored name.
        """
        return {**self.fields, **_parents(database, self), **custom_fields(database, self.user_fields)}


@cache
def entity_types() -> dict[int, EntityType]:
    """Read the portal's own entity types.

    Returns:
        the types by id.
    """
    document = _document()
    return {entry["id"]: _system_type(entry) for entry in document["types"]}


def all_entity_types(database: Database) -> Iterator[EntityType]:
    """Go through every entity type, smart processes last.

    Args:
        database: the portal's data.

    Yields:
        the types.
    """
    yield from entity_types().values()
    for settings in database.collection(SMART_PROCESSES).all():
        yield _smart_process(settings)


def find_entity_type(database: Database, entity_type_id: int) -> EntityType | None:
    """Look an entity type up.

    Args:
        database: the portal's data.
        entity_type_id: such as 2 for deals, or that of a smart process.

    Returns:
        the type, or None.
    """
    if entity_type_id in entity_types():
        return entity_types()[entity_type_id]
    settings = database.collection(SMART_PROCESSES).first(entityTypeId=entity_type_id)
    return None if settings is None else _smart_process(settings)


def entity_type(database: Database, entity_type_id: int) -> EntityType:
    """Look an entity type up that has to be there.

    Args:
        database: the portal's data.
        entity_type_id: such as 2 for deals, or that of a smart process.

    Returns:
        the type.

    Raises:
        RestError: NOT_FOUND; Bitrix24 speaks of smart processes here, because any other number would be one.
    """
    found = find_entity_type(database, entity_type_id)
    if found is None:
        raise RestError("NOT_FOUND", "Smart process not found")
    return found


def entity_type_named(database: Database, name: str) -> EntityType | None:
    """Look an entity type up by its system name or its short one.

    Args:
        database: the portal's data.
        name: such as `DEAL`, `D`, `DYNAMIC_1038` or `T40e`, in any case.

    Returns:
        the type, or None.
    """
    wanted = name.upper()
    return next((kind for kind in all_entity_types(database) if wanted in (kind.name, kind.code.upper())), None)


def _smart_process(settings: Record) -> EntityType:
    description, number = _document()["smart_process"], settings["entityTypeId"]
    switched_on = {name: groups for name, groups in description["switches"].items() if settings.get(name) == "Y"}
    fields = dict(_fields([*description["groups"], *(group for groups in switched_on.values() for group in groups)]))
    fields |= {name: Field.parse(name, entry) for name, entry in description["fields"].items()}
    for relation in settings["relations"]["parent"]:
        if relation["isPredefined"] != "Y":
            fields |= _link_to(relation["entityTypeId"])
    return EntityType(
        id=number,
        name=f"DYNAMIC_{number}",
        code=f"T{number:x}",
        title=settings["title"],
        fields=fields,
        user_fields=f"CRM_{settings['id']}",
        category_stages=_of_type(description["category_stages"], number) if "isStagesEnabled" in switched_on else None,
        stage_prefix=_of_type(description["stage_prefix"], number),
        has_categories=description["has_categories"],
        closing_days=description["closing_days"] if "isBeginCloseDatesEnabled" in switched_on else None,
        settings=settings,
    )


def _system_type(entry: Mapping[str, Any]) -> EntityType:
    own = {name: Field.parse(name, description) for name, description in entry["fields"].items()}
    rest = {key: value for key, value in entry.items() if key not in ("groups", "fields")}
    return EntityType(fields={**_fields(entry["groups"]), **own}, user_fields=f"CRM_{entry['name']}", **rest)


def _parents(database: Database, kind: EntityType) -> dict[str, Field]:
    """Links from a type to the smart processes that have it as a child."""
    found: dict[str, Field] = {}
    for settings in database.collection(SMART_PROCESSES).all():
        children = settings["relations"]["child"]
        if any(relation["entityTypeId"] == kind.id for relation in children):
            found |= _link_to(settings["entityTypeId"], settings["title"])
    return found


def _link_to(entity_type_id: int, title: str = "") -> dict[str, Field]:
    known = entity_types().get(entity_type_id)
    caption = title or (known.title if known else f"Smart process {entity_type_id}")
    name = f"parentId{entity_type_id}"
    return {name: Field.parse(name, {"type": "crm_entity", "title": caption})}


def _fields(groups: Iterable[str]) -> dict[str, Field]:
    descriptions: dict[str, Any] = {}
    for group in groups:
        descriptions |= _document()["groups"][group]
    return {name: Field.parse(name, description) for name, description in descriptions.items()}


def _of_type(text: str, entity_type_id: int) -> str:
    return text.replace("{type}", str(entity_type_id))


@cache
def _document() -> dict[str, Any]:
    file = Path(__file__).with_name("entity_types.yaml")
    document: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return document
