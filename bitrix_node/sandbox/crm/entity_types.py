"""The CRM entity types and their fields, read from `entity_types.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.fields import Field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Collection, Database


@dataclass(frozen=True, slots=True)
class EntityType:
    """A kind of CRM record.

    Attributes:
        id: `entityTypeId`.
        name: system name, as in `crm.enum.ownertype`.
        title: caption; a record without a title gets it with its id.
        fields: by stored (camelCase) name.
        stages: status directory of its stages in the default pipeline; None when it has no stages.
        category_stages: the directory in other pipelines, with `{category}` for the pipeline id.
        has_categories: whether it has pipelines.
        has_previous_stage: whether it remembers the stage before.
        closing_days: days from start to end of a new record that names no end.
    """

    id: int
    name: str
    title: str
    fields: Mapping[str, Field]
    stages: str | None = None
    category_stages: str | None = None
    has_categories: bool = False
    has_previous_stage: bool = False
    closing_days: int | None = None

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
        """Gather system and custom fields.

        Args:
            database: the portal's data; custom fields are kept there.

        Returns:
            fields by stored name.
        """
        custom = database.collection("crm_custom_fields").find(entityTypeId=self.id)
        extra = {row["name"]: Field.parse(row["name"], {**row["field"], "dynamic": True}) for row in custom}
        return {**self.fields, **extra}


@cache
def entity_types() -> dict[int, EntityType]:
    """Read all entity types.

    Returns:
        the types by id.
    """
    file = Path(__file__).with_name("entity_types.yaml")
    document = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {entry["id"]: _read(entry, document["groups"]) for entry in document["types"]}


def entity_type(entity_type_id: int) -> EntityType:
    """Look an entity type up.

    Args:
        entity_type_id: such as 2 for deals.

    Returns:
        the type.

    Raises:
        RestError: NOT_FOUND; Bitrix24 speaks of smart processes here, because any other number would be one.
    """
    found = entity_types().get(entity_type_id)
    if found is None:
        raise RestError("NOT_FOUND", "Smart process not found")
    return found


def _read(entry: Mapping[str, Any], groups: Mapping[str, Mapping[str, Any]]) -> EntityType:
    descriptions: dict[str, Any] = {}
    for group in entry["groups"]:
        descriptions.update(groups[group])
    descriptions.update(entry["fields"])
    fields = {name: Field.parse(name, description) for name, description in descriptions.items()}
    return EntityType(**{key: value for key, value in entry.items() if key != "groups"} | {"fields": fields})
