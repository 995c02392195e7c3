"""Which requests an item's parameters lead to, and what is refused before anything is sent."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from bitrix_node.handlers.catalogued import completed, for_applications_only
from bitrix_node.handlers.output import check_output
from bitrix_node.handlers.pending import pending_answers
from bitrix_node.parameters import UNSET, ParameterError, build_arguments, what_to_enter
from bitrix_node.parameters.arguments import resolve_source, unused_parameters
from bitrix_node.parameters.conversion import converted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bitrix_node.credentials import Endpoint
    from bitrix_node.definitions import Operation, Request, Source
    from bitrix_node.parameters import Values


class Refusal(Exception):
    """The action cannot do what was asked, and nothing was sent.

    Attributes:
        message: what cannot be done.
        advice: what to do instead.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        self.message, self.advice = message, advice
        super().__init__(message)


def plan(operation: Operation, values: Values) -> list[Request]:
    """The requests to send, in order, completed by the catalogue of methods where they ask for it.

    Raises:
        ParameterError: when a method or its arguments contradict the documentation.
        Refusal: when the action has none for these parameters.
    """
    return [completed(request, values) for request in applying_requests(operation, values)]


def applying_requests(operation: Operation, values: Values) -> list[Request]:
    """The requests as the definition has them: the first alternative that applies, or every step that does.

    Raises:
        Refusal: when the action has none for these parameters.
    """
    if operation.refuses:
        raise Refusal(f"'{operation.name}' is not possible through the REST API", operation.refuses)
    for refusal in operation.refusals:
        if any(values.fulfils(condition) for condition in refusal.when):
            raise Refusal(f"'{operation.name}' is not possible with these parameters", refusal.reason)
    if operation.steps:
        applying = [request for request in operation.steps if _applies(request, values)]
    else:
        applying = list(islice((request for request in operation.requests if _applies(request, values)), 1))
    if not applying:
        raise Refusal(f"'{operation.name}' has nothing to do: no parameter asks for a change")
    return applying


def check_use(operation: Operation, values: Values, requests: Sequence[Request]) -> None:
    """Refuses a parameter that was given though no request would do anything with it.

    Raises:
        ParameterError: that names it.
    """
    answered = operation.answer.parameters if operation.answer else frozenset()
    unused = [path for path in unused_parameters(values, requests) if path not in answered]
    if unused:
        name = values.parameters[unused[0]].display_name
        methods = ", ".join(dict.fromkeys(str(request.method) for request in requests))
        raise ParameterError(
            unused[0], f"'{name}' has no effect together with the other parameters", f"{methods} does not know it."
        )


def check_required(values: Values, requests: Sequence[Request]) -> None:
    """Refuses an item that lacks what its requests cannot do without.

    Raises:
        ParameterError: that names the parameter.
    """
    for request in requests:
        for one_of in request.requires:
            if not any(values.is_given(path) for path in one_of):
                parameters = [values.parameters[path] for path in one_of]
                *names, last = [f"'{parameter.display_name}'" for parameter in parameters]
                wanted = f"{', '.join(names)} or {last}" if names else last
                raise ParameterError(one_of[0], f"{wanted} is required", what_to_enter(parameters[0].description))


def check_values(operation: Operation, values: Values, requests: Sequence[Request]) -> None:
    """Refuses values that a request could not send, or with which no answer could be read.

    A single request that is sent once is left out: its arguments are built before anything is sent anyway.

    Raises:
        ParameterError: that names the parameter.
    """
    check_output(values)
    specs = [request.answer for request in requests] + ([operation.answer] if operation.answer else [])
    for path in {path for spec in specs for path in spec.parameters}:
        converted(values, path)
    answers = pending_answers(requests)
    for request in requests if len(requests) > 1 or requests[0].each is not None else ():
        for element in known_elements(request, values, answers):
            build_arguments(request, values, answers, element)


def known_elements(request: Request, values: Values, answers: Callable[[str], Any]) -> list[Any]:
    """What a request is sent for, as far as that is known before anything has been answered.

    Args:
        request: the request.
        values: the item's parameters.
        answers: gives what stands for an earlier step's answer, by `step.path`.

    Returns:
        a single `UNSET` for a request that is sent once, and a single `Pending` where an answer will tell.
    """
    if request.each is None:
        return [UNSET]
    return elements_of(request.each, values, answers)


def elements_of(source: Source, values: Values, answers: Callable[[str], Any]) -> list[Any]:
    """What a request with `each` is sent for: the entries of a list, the values of an object, or a single value.

    Args:
        source: where it comes from.
        values: the item's parameters.
        answers: gives what an earlier step answered, by `step.path`.
    """
    found = resolve_source(source, values, answers)
    if isinstance(found, dict):
        return list(found.values())
    return found if isinstance(found, list) else [] if found is UNSET else [found]


def check_credential(operation: Operation, endpoint: Endpoint, values: Values, requests: Sequence[Request]) -> None:
    """Refuses methods that are open to applications only when the credential is a webhook.

    Raises:
        Refusal: saying what to use.
    """
    if endpoint.is_application:
        return
    what = f"'{operation.name}'" if operation.application_only else next(for_applications_only(requests, values), None)
    if what is not None:
        raise Refusal(f"Bitrix24 opens {what} to applications only", "Use an OAuth2 credential instead of a webhook.")


def _applies(request: Request, values: Values) -> bool:
    for condition in request.when:
        if values.fulfils(condition):
            return True
    return not request.when
