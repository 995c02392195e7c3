"""Transforms for the entries of CRM directories: where the stages of a pipeline stand, their color and outcome.

See crm.status.add: current methods take COLOR and SEMANTICS beside the name, older ones took both inside EXTRA, which
crm.status.list still returns. Directories are named after their records: crm.status.entity.types.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue

if TYPE_CHECKING:
    from collections.abc import Callable

OUTCOMES = {"SUCCESS": "S", "S": "S", "FAILURE": "F", "APOLOGY": "F", "F": "F", "PROCESS": "", "P": "", "": ""}
"""What EXTRA and the fields call the outcome of a stage -> what crm.status.add takes."""

STAGES = {"deal": "DEAL_STAGE", "lead": "STATUS", "quote": "QUOTE_STATUS"}
"""Kind of record -> directory with the stages that need no pipeline; those of deals are the default pipeline's."""

STAGES_BY_PIPELINE = {
    "deal": "DEAL_STAGE_{pipeline}",
    "invoice": "SMART_INVOICE_STAGE_{pipeline}",
    "smartProcess": "DYNAMIC_{type}_STAGE_{pipeline}",
}
"""Kind of record -> directory with the stages of one pipeline."""

_COLOR = re.compile(r"#?([0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})")


def hex_color(value: Any) -> str:
    """A color as `#39A8EF`, also from three digits or without the number sign."""
    match = _COLOR.fullmatch(str(value).strip())
    if not match:
        raise UnusableValue("a color of six hexadecimal digits, such as #39A8EF")
    digits = match.group(1).upper()
    return f"#{digits if len(digits) == 6 else ''.join(digit * 2 for digit in digits)}"  # noqa: PLR2004


def stage_extra(value: Any) -> dict[str, str]:
    """The fields COLOR and SEMANTICS, from an object that has them under these names."""
    given = _extra(value, ("COLOR", "SEMANTICS"))
    fields = {"COLOR": hex_color(given["COLOR"])} if given.get("COLOR") else {}
    outcome = str(given.get("SEMANTICS") or "").upper()
    if outcome not in OUTCOMES:
        raise UnusableValue("an object whose SEMANTICS is process, success or failure")
    return {**fields, **({"SEMANTICS": OUTCOMES[outcome]} if OUTCOMES[outcome] else {})}


def stage_color(value: Any) -> dict[str, str]:
    """The field COLOR, from an object that has it; the outcome of a stage can only be chosen when it is added."""
    given = _extra(value, ("COLOR",))
    return {"COLOR": hex_color(given["COLOR"])} if given.get("COLOR") else {}


def stage_directory(value: dict[str, Any]) -> str:
    """The directory that holds the stages of a pipeline: `DEAL_STAGE_5`, `DYNAMIC_1038_STAGE_37`.

    Args:
        value: `entity` says the kind of record, `entityTypeId` which smart process, `pipelineId` the pipeline;
            without that, `pipelines` are those among which the default one is.
    """
    entity, pipeline = value.get("entity", ""), value.get("pipelineId") or _default_pipeline(value.get("pipelines"))
    if not pipeline and entity in STAGES:
        return STAGES[entity]
    if not pipeline or entity not in STAGES_BY_PIPELINE:
        raise UnusableValue("given with the ID of a pipeline")
    return STAGES_BY_PIPELINE[entity].format(type=value.get("entityTypeId"), pipeline=pipeline)


def _default_pipeline(pipelines: Any) -> Any:
    rows = pipelines if isinstance(pipelines, list) else []
    return next((row["id"] for row in rows if row.get("isDefault") == "Y"), None)


def _extra(value: Any, names: tuple[str, ...]) -> dict[str, Any]:
    """The entries of an object, under names in capitals; none but the given ones."""
    given = {str(name).upper(): entry for name, entry in value.items()} if isinstance(value, dict) else None
    if given is None or not set(given) <= set(names):
        raise UnusableValue(f"a JSON object with {' and '.join(names)} alone")
    return given


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "hexColor": hex_color,
    "stageColor": stage_color,
    "stageDirectory": stage_directory,
    "stageExtra": stage_extra,
}
