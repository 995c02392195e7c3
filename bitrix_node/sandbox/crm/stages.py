"""Pipelines and their stages, kept in the same directories as all other CRM statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from bitrix_node.sandbox.crm.entity_types import EntityType
    from bitrix_node.sandbox.database import Database, Record


def default_category(database: Database, kind: EntityType) -> int:
    """Find the pipeline a new record goes to.

    Args:
        database: the portal's data.
        kind: type of the record.

    Returns:
        the pipeline's id; 0 for types without pipelines.
    """
    if not kind.has_categories:
        return 0
    category = database.collection("crm_categories").first(entityTypeId=kind.id, isDefault="Y")
    return int(category["id"]) if category else 0


def require_category(database: Database, kind: EntityType, category_id: int) -> None:
    """Check that a type has a pipeline.

    Args:
        database: the portal's data.
        kind: type of the record.
        category_id: pipeline.

    Raises:
        RestError: it has not.
    """
    category = database.collection("crm_categories").get(category_id)
    if category is None or category["entityTypeId"] != kind.id:
        raise RestError("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Invalid value for field "categoryId"')


def stages(database: Database, kind: EntityType, category_id: int) -> list[Record]:
    """List a pipeline's stages.

    Args:
        database: the portal's data.
        kind: type of the records.
        category_id: pipeline.

    Returns:
        status records in their order; empty for types without stages.
    """
    directory = kind.stage_directory(category_id)
    if directory is None:
        return []
    found = database.collection("crm_statuses", ("ENTITY_ID",)).find(ENTITY_ID=directory)
    return sorted(found, key=lambda stage: (stage["SORT"], stage["id"]))


def semantic_of(stage: Record) -> str:
    """Tell a stage's group.

    Args:
        stage: status record.

    Returns:
        `P` for work in progress, `S` for success, `F` for failure.
    """
    return stage.get("SEMANTICS") or "P"
