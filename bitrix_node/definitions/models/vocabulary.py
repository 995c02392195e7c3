"""What all parts of the vocabulary have in common."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

Condition: TypeAlias = dict[str, "tuple[Any, ...] | Literal['given', 'missing']"]
"""Parameter path -> the values that fulfil it, or whether it must be given. All entries must hold."""


class VocabularyModel(BaseModel):
    """A frozen part of the vocabulary, whose keys are written in camel case."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True, arbitrary_types_allowed=False
    )
