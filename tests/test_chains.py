"""Every action end to end: through the command line, over HTTP, into the sandbox, with its state looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bitrix_node.definitions import Definitions
from tests.chain_files import Chain, load_chains
from tests.chain_story import opened_story
from tools.output_schemas.shapes import merged, shapes_of

if TYPE_CHECKING:
    from pathlib import Path

    from bitrix_node.sandbox import Sandbox

CHAINS = load_chains()
OUTPUTS = Definitions.packaged().outputs


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: f"{chain.file}: {chain.chain}")
async def test_chain(chain: Chain, sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened_story(chain, sandbox, tmp_path) as story:
        for number, step in enumerate(chain.steps, 1):
            try:
                await story.tell(step)
            except AssertionError as problem:
                raise AssertionError(f"step {number} ({step.run or step.portal}): {problem}") from None
        for step, items in story.heard:
            resource, operation = step.action
            known = OUTPUTS[resource].get(operation)
            new = merged([known or "", *shapes_of(step.parameters, items)])
            assert known in (None, new), f"{step.run} has fields of its own: run `python -m tools.output_schemas`"


def test_every_action_is_in_a_chain() -> None:
    definitions = Definitions.packaged()
    told = {step.action for chain in CHAINS for step in chain.steps if step.run is not None}
    missing = [
        f"{resource} {operation.operation}"
        for resource in definitions.resource_names
        for operation in definitions.resource(resource).operations
        if not operation.refuses and (resource, operation.operation) not in told
    ]
    assert not missing, f"actions that no chain carries out: {', '.join(missing)}"
