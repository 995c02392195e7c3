"""One action for one item, from its parameters to its output."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from bitrix_node.handlers.answers import composed_item, items_from_result, regular
from bitrix_node.handlers.listing import stream_rows
from bitrix_node.handlers.marking import marked
from bitrix_node.handlers.output import RAW, SELECTED, selected
from bitrix_node.handlers.planning import Refusal, elements_of
from bitrix_node.handlers.registry import HANDLERS
from bitrix_node.handlers.results import Outcome, gathered, joined, refused, skipped
from bitrix_node.handlers.step import Step
from bitrix_node.handlers.tracing import way_to_find_out
from bitrix_node.parameters import UNSET, build_arguments
from bitrix_node.parameters.arguments import new_code, resolve_source
from bitrix_node.parameters.paths import at_path
from bitrix_node.portal import Answer
from bitrix_node.portal.errors import OutcomeUnknown, PortalError
from bitrix_node.rest import objects

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Collection

    from bitrix_node.definitions import Operation, Request
    from bitrix_node.handlers.prepared import Prepared
    from bitrix_node.parameters import Values
    from bitrix_node.portal import Scope


@dataclass(frozen=True, slots=True)
class Change:
    """A call that has changed something.

    Attributes:
        method: name of the REST method.
        result: what it returned.
    """

    method: str
    result: Any


class ActionFailed(Exception):
    """An action that did not come to its end.

    Attributes:
        cause: what the portal said.
        done: what had been changed before, in order.
    """

    def __init__(self, cause: PortalError, done: tuple[Change, ...]) -> None:
        self.cause, self.done = cause, done
        super().__init__(cause.message)


@dataclass(slots=True)
class Action:
    """An operation for one item.

    Attributes:
        operation: what to do.
        prepared: the item's parameters, and what to send.
        outcomes: what each step came to, by its id.
        refused: the errors of steps for which there is a fallback, by their id.
        done: what has been changed, in order.
    """

    operation: Operation
    prepared: Prepared
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    refused: dict[str, PortalError] = field(default_factory=dict)
    done: list[Change] = field(default_factory=list)

    @property
    def values(self) -> Values:
        """The item's parameters."""
        return self.prepared.values

    async def run(self, portal: Scope) -> Outcome:
        """Sends every request that applies, in order.

        Raises:
            ActionFailed: when one was refused.
            ParameterError: when a parameter cannot be used.
            Refusal: when there is nothing to do.
        """
        requests = self.prepared.requests
        for request in requests:
            await self._send_wanted(request, portal, requests)
        return self.simplified(self._outcome(requests))

    async def stream(self, portal: Scope) -> AsyncGenerator[Outcome, None]:
        """The same in parts: where the action comes to the rows of a list, one outcome a page, else a single one.

        Raises:
            ActionFailed: when a request was refused; parts may have been handed out before.
            ParameterError: when a parameter cannot be used.
            Refusal: when there is nothing to do.
        """
        requests = self.prepared.requests
        for request in requests[:-1]:
            await self._send_wanted(request, portal, requests)
        last = requests[-1]
        if self._ends_in_rows(requests) and self._is_wanted(last) and not (step := self.step(last, portal)).writes:
            try:
                async with aclosing(stream_rows(step)) as pages:
                    async for page in pages:
                        yield self.simplified(page)
            except PortalError as error:
                raise ActionFailed(error, tuple(self.done)) from None
            return
        await self._send_wanted(last, portal, requests)
        yield self.simplified(self._outcome(requests))

    def arguments(self, request: Request, element: Any = UNSET) -> dict[str, Any]:
        """What a request sends, given what earlier steps answered and what it is sent for."""
        known = self.prepared.arguments
        if known is not None:
            return known
        return build_arguments(request, self.values, self._answer_at, element)

    def method(self, request: Request) -> str:
        """The name of the method that a request calls."""
        if isinstance(request.method, str):
            return request.method
        return str(resolve_source(request.method, self.values, self._answer_at))

    def _ends_in_rows(self, requests: list[Request]) -> bool:
        """Whether the rows of the last request are the items as they are."""
        last = requests[-1]
        plain = last.each is None and not last.tolerates and last.answer.order is None
        replaceable = any(other.after_refusal and other.after_refusal.step == last.id for other in requests)
        simplified = self.operation.answer is None and self.prepared.choices.output != RAW
        return last.handler == "list" and plain and not replaceable and simplified

    async def _send_wanted(self, request: Request, portal: Scope, requests: list[Request]) -> None:
        if not self._is_wanted(request):
            return
        try:
            sending = (
                self._perform(self.step(request, portal))
                if request.each is None
                else self._perform_each(request, portal)
            )
            self.outcomes[request.id] = await sending
        except PortalError as error:
            if not _has_fallback(request, error, requests):
                raise ActionFailed(error, tuple(self.done)) from None
            self.refused[request.id] = error

    async def _perform_each(self, request: Request, portal: Scope) -> Outcome:
        """Sends a request once for each of its elements, side by side."""
        assert request.each is not None
        elements = elements_of(request.each, self.values, self._answer_at)
        steps = [self.step(request, portal, element) for element in elements]
        outcomes = await asyncio.gather(*(self._perform(step) for step in steps), return_exceptions=True)
        if request.goes_on and any(isinstance(outcome, Outcome) for outcome in outcomes):
            outcomes = [
                refused(outcome, element) if isinstance(outcome, PortalError) else outcome
                for outcome, element in zip(outcomes, elements, strict=True)
            ]
        results = [outcome for outcome in outcomes if isinstance(outcome, Outcome)]
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return joined(results, request.each_key and [at_path(element, request.each_key) for element in elements])

    def step(self, request: Request, portal: Scope, element: Any = UNSET) -> Step:
        """A request with its arguments, given what earlier steps answered and what it is sent for."""
        arguments = self.arguments(request, element)
        choices = self.prepared.choices
        return Step(
            request=request,
            method=self.method(request),
            arguments=arguments,
            record=marked(request, arguments, new_code) if choices.reconcile else None,
            values=self.values,
            choices=choices,
            portal=portal,
            droppable=not self.done,
            address=self._address(request),
        )

    def _address(self, request: Request) -> str | None:
        if request.address is None:
            return None
        return str(resolve_source(request.address, self.values, self._answer_at))

    async def _perform(self, step: Step) -> Outcome:
        try:
            outcome = await HANDLERS[step.request.handler](step)
        except PortalError as error:
            if error.code in step.request.tolerates:
                return skipped(error)
            if isinstance(error, OutcomeUnknown):
                error.check = way_to_find_out(step, error.sent)
            raise
        if step.writes:
            self.done.append(Change(step.method, outcome.result))
        return outcome

    def _is_wanted(self, request: Request) -> bool:
        """A fallback is wanted after the step it stands in for was refused, others as far as the answers ask for it."""
        fallback = request.after_refusal
        if fallback is not None and fallback.step not in self.refused:
            return False
        return all(self._answers(path, wanted) for path, wanted in request.when_answer.items())

    def _answers(self, path: str, wanted: Any) -> bool:
        found = self._answer_at(path)
        given = found is not UNSET and found not in ("", [], {}, False)
        if wanted in ("given", "missing"):
            return bool(given == (wanted == "given"))
        return bool(found in wanted)

    def _answer_at(self, path: str) -> Any:
        step, _, rest = path.partition(".")
        if step not in self.outcomes:
            return UNSET
        found = at_path(self.outcomes[step].result, rest)
        return UNSET if found is None else found

    def _outcome(self, requests: list[Request]) -> Outcome:
        executed = [request for request in requests if request.id in self.outcomes]
        if not executed:
            raise Refusal(f"'{self.operation.name}' found nothing to do", "What the action looked up is not there.")
        last = self.outcomes[executed[-1].id]
        spec = self.operation.answer
        if spec is None:
            return last
        if spec.steps:
            results = {request.id: _summary(request, self.outcomes[request.id]) for request in executed}
            return Outcome([results], results, Answer(results))
        if spec.item:
            item = composed_item(spec, self._answer_at)
            answered = {request.id: self.outcomes[request.id].result for request in executed}
            return Outcome([item], item, Answer(answered))
        return Outcome(items_from_result(last.result, spec, self.values), last.result, last.answer, last.binary)

    def simplified(self, outcome: Outcome) -> Outcome:
        """The outcome as the action hands it out: regular items, some of their fields, or the whole answer as it is."""
        output = self.prepared.choices.output
        if output == RAW:
            return Outcome([outcome.answer.envelope()], outcome.result, outcome.answer, gathered(outcome.binary))
        items = regular(outcome.items, _objects_of(self.operation.methods))
        return outcome.showing(selected(items, self.values) if output == SELECTED else items)


def perform_in_parts(operation: Operation, prepared: Prepared, portal: Scope) -> AsyncGenerator[Outcome, None]:
    """One operation for one item, its rows as they come; see `Action.stream`."""
    return Action(operation, prepared).stream(portal)


def perform(operation: Operation, prepared: Prepared, portal: Scope) -> Awaitable[Outcome]:
    """One operation for one item; see `Action.run`."""
    return Action(operation, prepared).run(portal)


@cache
def _objects_of(methods: Collection[str]) -> tuple[str, ...]:
    """The paths of the fields that are objects in what the methods answer."""
    known = objects()
    return tuple(path for method in methods for path in known.get(method, ()))


def _has_fallback(request: Request, error: PortalError, requests: list[Request]) -> bool:
    return any(
        other.after_refusal is not None
        and other.after_refusal.step == request.id
        and error.code in other.after_refusal.codes
        for other in requests
    )


def _summary(request: Request, outcome: Outcome) -> Any:
    """What a step came to, beside the other steps: one record is an object, a list stays one however long it is."""
    if request.each is not None or isinstance(outcome.result, list):
        return outcome.result
    return outcome.items[0] if len(outcome.items) == 1 and set(outcome.items[0]) != {"result"} else outcome.result
