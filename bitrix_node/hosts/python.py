"""The runtime for scripts and for n8n's Python Code node: one synchronous function."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from bitrix_node.credentials import parse_credential
from bitrix_node.runtime import Node

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bitrix_node.credentials import Credential


def run(
    resource: str,
    operation: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    credential: Credential | Mapping[str, Any],
    items: Sequence[Mapping[str, Any]] | None = None,
    continue_on_fail: bool = False,
) -> list[dict[str, Any]]:
    """Executes an action over items and returns the output items; see `Node.execute`.

    Works inside a running event loop too, as in notebooks and in n8n's Python Code node.

    Raises:
        CredentialError: when the credential is malformed.
        UnknownName: when there is no such resource or operation.
        ItemFailed: when an item fails and `continue_on_fail` is off.
    """

    async def execute() -> list[dict[str, Any]]:
        known = parse_credential(credential) if isinstance(credential, dict) else credential
        async with Node(known) as node:  # type: ignore[arg-type]
            return await node.execute(
                resource, operation, parameters=parameters, items=items, continue_on_fail=continue_on_fail
            )

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(execute())
    return _in_thread(execute)


def _in_thread(execute: Any) -> list[dict[str, Any]]:
    outcome: list[Any] = []

    def work() -> None:
        try:
            outcome.append(asyncio.run(execute()))
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=work, name="bitrix-node")
    thread.start()
    thread.join()
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    items: list[dict[str, Any]] = outcome[0]
    return items
