"""The folder with the shapes: one file a resource, one line an operation."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from bitrix_node.definitions import Definitions
from bitrix_node.sandbox import Sandbox
from tests.case_files import load_cases
from tests.chain_files import load_chains
from tests.chain_story import opened_story
from tools.output_schemas.shapes import merged, shapes_of, typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.definitions.models import Request
    from tests.chain_files import Chain
    from tools.output_schemas.shapes import Shape

    Found = tuple[str, str, list[Shape]]

FOLDER = Path(__file__).parents[2] / "node_definitions" / "outputs"


async def files() -> dict[str, str]:
    """Every file by its name."""
    shapes: dict[tuple[str, str], list[Shape]] = defaultdict(list)
    told = [found for chain in load_chains() for found in await _told(chain)]
    for resource, operation, found in [*told, *_in_cases()]:
        shapes[resource, operation] += found
    definitions = Definitions.packaged()
    return {f"{name}.json": _text(_of_resource(definitions, name, shapes)) for name in definitions.resource_names}


def _in_cases() -> Iterator[Found]:
    for case in load_cases():
        yield case.resource, case.operation, shapes_of(case.parameters, case.returns or [])


async def _told(chain: Chain) -> list[Found]:
    """What the actions of a chain give on a portal of its own; of one that fails, what they give until then."""
    with TemporaryDirectory() as folder:
        async with Sandbox() as sandbox, opened_story(chain, sandbox, Path(folder)) as story:
            try:
                for step in chain.steps:
                    await story.tell(step)
            except AssertionError as problem:
                print(f"{chain.file}: {chain.chain}: {problem}"[:300], file=sys.stderr)
    return [(*step.action, shapes_of(step.parameters, items)) for step, items in story.heard]


def _of_resource(definitions: Definitions, name: str, shapes: dict[tuple[str, str], list[Shape]]) -> dict[str, Shape]:
    """Operation -> shape; without those that call whatever method they are told."""
    fixed = [entry for entry in definitions.resource(name).operations if all(map(_names_its_method, entry.calls))]
    found = {entry.operation: merged(shapes[name, entry.operation]) for entry in fixed}
    fields = merged(found.values())
    return {operation: typed(shape, fields) for operation, shape in found.items() if shape}


def _names_its_method(request: Request) -> bool:
    return isinstance(request.method, str) and request.handler != "batch"


def _text(shapes: dict[str, Any]) -> str:
    rows = [f"  {json.dumps(name)}: {json.dumps(shape, ensure_ascii=False)}" for name, shape in shapes.items()]
    return "{\n" + ",\n".join(rows) + "\n}\n" if rows else "{}\n"
