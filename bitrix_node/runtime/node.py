"""The node as Python sees it: a credential, and actions to execute over items."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from bitrix_node.credentials import OAuth2, as_credential
from bitrix_node.credentials.renewal import Account, Callback
from bitrix_node.definitions import Definitions
from bitrix_node.parameters import ParameterError
from bitrix_node.parameters.expressions import ItemContext, UnsupportedExpression, holds_expression, template
from bitrix_node.parameters.mapping import from_input, is_automatic
from bitrix_node.portal import Portal
from bitrix_node.runtime.execution import Execution, RunOptions
from bitrix_node.runtime.failures import carried_out
from bitrix_node.runtime.items import Item, kind_of, read_items
from bitrix_node.runtime.preparation import ItemInput
from bitrix_node.runtime.streaming import RunFailed, StreamedExecution

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
    from types import TracebackType

    from bitrix_node.credentials import Credential, Endpoint
    from bitrix_node.credentials.renewal import TokenStore
    from bitrix_node.portal import PortalSettings
    from bitrix_node.portal.statistics import Statistics
    from bitrix_node.runtime.failures import ItemFailure
    from bitrix_node.runtime.progress import Progress


class ItemFailed(Exception):
    """An item failed and failures stop the run.

    Attributes:
        failure: which item, what happened, what to do.
        done: indexes of the items that had been carried out.
        items: their output, in input order, as far as nobody has been handed it.
    """

    def __init__(self, failure: ItemFailure, action: str, done: Sequence[int], items: Sequence[Item] = ()) -> None:
        self.failure, self.done, self.items = failure, tuple(done), tuple(items)
        what = f"{failure.message} [item {failure.item}, {action}]."
        super().__init__(" ".join(part for part in (what, failure.advice, carried_out(len(done))) if part))


class Node:
    """Executes actions under one credential; an asynchronous context manager.

    Args:
        credential: webhook, access token or OAuth2; or the fields of one, or the URL of a webhook.
        definitions: what actions there are; those of the package where not given.
        settings: limits, timeouts and retries of the portal client.
        keep: called with every renewed OAuth2 credential, before it is used; keep the new refresh token there.
        store: the same for tokens that other processes may renew too; in place of `keep`.

    Raises:
        CredentialError: when the credential is malformed.
    """

    def __init__(
        self,
        credential: Credential | Mapping[str, Any] | str,
        *,
        definitions: Definitions | None = None,
        settings: PortalSettings | None = None,
        keep: Callable[[OAuth2], Awaitable[None]] | None = None,
        store: TokenStore | None = None,
    ) -> None:
        self._definitions = definitions or Definitions.packaged()
        known, renew = as_credential(credential), None
        if isinstance(known, OAuth2) and known.can_refresh:
            renew = partial(_renewed, Account(known, store or Callback(keep)))
        self._portal = Portal(known.endpoint(), renew, settings)

    @property
    def portal(self) -> Portal:
        """The portal's client, for calls that no action covers."""
        return self._portal

    @property
    def statistics(self) -> Statistics:
        """What was sent so far."""
        return self._portal.statistics

    async def execute(
        self,
        resource: str,
        operation: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        items: Sequence[Mapping[str, Any]] | None = None,
        continue_on_fail: bool = False,
        progress: Progress | None = None,
    ) -> list[Item]:
        """Executes an action over input items.

        Args:
            resource: value of the resource, such as `chatbot`.
            operation: value of the operation, such as `chatUserDelete`.
            parameters: parameter values as the panel holds them; expressions are evaluated for each item.
            items: input items; a single empty one where not given.
            continue_on_fail: whether a failed item becomes an error item instead of raising.
            progress: told how far it has come, after each item and when it begins to wait; see `ProgressReport`.

        Returns:
            Output items in input order, each with `pairedItem`.

        Raises:
            UnknownName: when there is no such resource or operation.
            ParameterError: when the parameters are no mapping.
            UnreadableItems: when the items are not a list of objects.
            ItemFailed: when an item fails and `continue_on_fail` is off.
        """
        definition = self._definitions.operation(resource, operation)
        inputs = item_inputs(_named(parameters), read_items([{}] if items is None else items))
        options = RunOptions(continue_on_fail=continue_on_fail, progress=progress)
        result = await Execution(self._portal, resource, definition, options).run(inputs)
        if result.failure is not None:
            raise ItemFailed(result.failure, f"{definition.name} of {resource}", result.done, result.items)
        return result.items

    async def stream(
        self,
        resource: str,
        operation: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        items: Sequence[Mapping[str, Any]] | None = None,
        continue_on_fail: bool = False,
        progress: Progress | None = None,
    ) -> AsyncGenerator[Item, None]:
        """The same items one by one, as they come; memory stays bounded however many there are.

        The portal is asked only a little ahead of the reader. Arguments are those of `execute`.

        Raises:
            UnknownName: when there is no such resource or operation.
            ParameterError: when the parameters are no mapping.
            UnreadableItems: when the items are not a list of objects.
            ItemFailed: when an item fails and `continue_on_fail` is off; what came before it stays valid.
        """
        parts = self.stream_parts(
            resource,
            operation,
            parameters=parameters,
            items=items,
            continue_on_fail=continue_on_fail,
            progress=progress,
        )
        async with aclosing(parts):
            async for part in parts:
                for item in part:
                    yield item

    async def stream_parts(
        self,
        resource: str,
        operation: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        items: Sequence[Mapping[str, Any]] | None = None,
        continue_on_fail: bool = False,
        progress: Progress | None = None,
    ) -> AsyncGenerator[list[Item], None]:
        """What `stream` gives, as many items together as came together: a page of rows, or what an item came to."""
        definition = self._definitions.operation(resource, operation)
        inputs = item_inputs(_named(parameters), read_items([{}] if items is None else items))
        options = RunOptions(continue_on_fail=continue_on_fail, progress=progress)
        parts = StreamedExecution(self._portal, resource, definition, options).parts(inputs)
        try:
            async with aclosing(parts):
                async for part in parts:
                    yield part
        except RunFailed as error:
            raise ItemFailed(error.failure, f"{definition.name} of {resource}", error.done, error.items) from None

    async def close(self) -> None:
        """Closes the connections."""
        await self._portal.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


async def _renewed(account: Account) -> Endpoint:
    return (await account.renew()).endpoint()


def _named(parameters: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if parameters is None or isinstance(parameters, Mapping):
        return parameters or {}
    message = f"The parameters must be an object of names and values; got {kind_of(parameters)}"
    raise ParameterError("", message, 'Give for example {"entityType": "deal", "recordId": 7}.')


def item_inputs(parameters: Mapping[str, Any], items: Sequence[Item]) -> list[ItemInput]:
    """The inputs of a run: what is the same for all items is shared, the rest evaluated for each item."""
    varying = {name: value for name, value in parameters.items() if is_automatic(value) or holds_expression(value)}
    if not varying:
        return [ItemInput(index, parameters, item.get("binary", {})) for index, item in enumerate(items)]
    try:
        evaluated = template(varying)
    except UnsupportedExpression as error:
        return [ItemInput(index, error) for index in range(len(items))]
    automatic = any(is_automatic(value) for value in varying.values())
    inputs = []
    for index, item in enumerate(items):
        values = evaluated(ItemContext(item["json"], index))
        mapped = from_input(values, item["json"]) if automatic else values
        inputs.append(ItemInput(index, {**parameters, **mapped}, item.get("binary", {})))
    return inputs
