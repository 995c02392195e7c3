"""The runtime for scripts and for n8n's Python Code node: one synchronous function."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from bitrix_node.credentials import as_credential
from bitrix_node.hosts import loop
from bitrix_node.runtime import Node

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bitrix_node.credentials import Credential


def run(
    resource: str,
    operation: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    credential: Credential | Mapping[str, Any] | str,
    items: Sequence[Mapping[str, Any]] | None = None,
    continue_on_fail: bool = False,
) -> list[dict[str, Any]]:
    """Executes an action over items and returns the output items; see `Node.execute`.

    Works inside a running event loop too, as in notebooks and in n8n's Python Code node.

    The credential may be given as its fields, too, or as the URL of a webhook.

    Raises:
        CredentialError: when the credential is malformed.
        ParameterError: when the parameters are no mapping.
        UnknownName: when there is no such resource or operation.
        ItemFailed: when an item fails and `continue_on_fail` is off.
    """
    known = as_credential(credential)

    async def execute() -> list[dict[str, Any]]:
        async with Node(known) as node:
            return await node.execute(
                resource, operation, parameters=parameters, items=items, continue_on_fail=continue_on_fail
            )

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return loop.run(execute())
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="bitrix-node") as thread:
        return thread.submit(loop.run, execute()).result()
