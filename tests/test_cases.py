"""Every action, case by case: given parameters -> exact REST calls -> given answers -> exact items."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import Node, OAuth2, Webhook
from bitrix_node.definitions import Definitions
from bitrix_node.handlers import Refusal, applying_requests
from bitrix_node.parameters import ParameterError, read_values
from bitrix_node.portal import PortalSettings
from bitrix_node.portal.retry import RetryPolicy
from bitrix_node.runtime import ItemFailed
from tests.case_files import Case, load_cases
from tests.scripted_portal import ScriptedPortal, as_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.credentials import Credential
    from bitrix_node.definitions import Operation

CASES = load_cases()
DEFINITIONS = Definitions.packaged()
APPLICATION_ONLY = {
    (resource, operation.operation)
    for resource in DEFINITIONS.resource_names
    for operation in DEFINITIONS.resource(resource).operations
    if operation.application_only
}
COMMON_USES = {option.use for option in (*DEFINITIONS.node.options, *DEFINITIONS.node.reading_options)}
SENT_ONCE = PortalSettings(retry=RetryPolicy(attempts=1))
GENERATED_CODE = re.compile(r"\bc[0-9a-f]{32}\b")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.resource}: {case.case}")
async def test_case(case: Case) -> None:
    DEFINITIONS.operation(case.resource, case.operation)
    async with (
        ScriptedPortal.with_answers(case.answers) as portal,
        Node(credential_for(case, portal), settings=SENT_ONCE) as node,
    ):
        try:
            ended: Any = await node.execute(
                case.resource, case.operation, parameters=case.parameters, items=[case.item or {"json": {}}]
            )
        except ItemFailed as failure:
            ended = failure
    assert_calls(case, portal)
    assert not portal.answers, f"{len(portal.answers)} answers of the case were not asked for"
    if case.fails is None:
        assert_items(portal.resolved(case.returns), ended)
    else:
        assert_failure(case, ended)


def credential_for(case: Case, portal: ScriptedPortal) -> Credential:
    """A webhook, or an application's credential where Bitrix24 opens the action to applications only."""
    if (case.resource, case.operation) in APPLICATION_ONLY:
        return OAuth2(client_endpoint=f"{portal.url}/rest/", access_token="t0kenofanapplication")
    return Webhook(portal.webhook_url)


def cases_of_applications() -> list[Case]:
    """The first case that ends well of every action that is open to applications only."""
    first: dict[tuple[str, str], Case] = {}
    for case in CASES:
        if (case.resource, case.operation) in APPLICATION_ONLY and case.returns is not None:
            first.setdefault((case.resource, case.operation), case)
    return list(first.values())


@pytest.mark.parametrize("case", cases_of_applications(), ids=lambda case: f"{case.resource}: {case.operation}")
async def test_a_webhook_is_refused_where_only_applications_may_call(case: Case) -> None:
    async with (
        ScriptedPortal.with_answers(case.answers) as portal,
        Node(Webhook(portal.webhook_url), settings=SENT_ONCE) as node,
    ):
        with pytest.raises(ItemFailed, match="to applications only") as raised:
            await node.execute(
                case.resource, case.operation, parameters=case.parameters, items=[case.item or {"json": {}}]
            )
    assert raised.value.failure.advice == "Use an OAuth2 credential instead of a webhook."
    assert portal.requests == 0


def assert_calls(case: Case, portal: ScriptedPortal) -> None:
    expected = [
        (wanted.method, as_texts(wanted.arguments) if index in portal.in_batches else wanted.arguments, wanted.version)
        for index, wanted in enumerate(case.sends)
    ]
    sent = [(call.method, call.arguments, call.version) for call in portal.calls]
    assert GENERATED_CODE.sub("{code}", exactly(sent)) == exactly(expected)


def assert_items(expected: list[dict[str, Any]], ended: Any) -> None:
    assert not isinstance(ended, ItemFailed), f"failed: {ended}"
    assert all(item.pop("pairedItem") == {"item": 0} for item in ended)
    assert exactly(ended) == exactly(expected)


def exactly(value: Any) -> str:
    """As JSON, which tells 1 from true."""
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)


def assert_failure(case: Case, ended: Any) -> None:
    assert isinstance(ended, ItemFailed), f"did not fail: {ended}"
    assert case.fails is not None
    failure = ended.failure
    found = {"message": failure.message, "code": failure.details["code"], "parameter": failure.details.get("parameter")}
    expected = case.fails.model_dump(exclude_unset=True)
    assert {name: found[name] for name in expected} == expected


def test_every_case_is_about_an_operation_there_is() -> None:
    unknown = {f"{case.resource} {case.operation}" for case in CASES} - set(all_operations())
    assert not unknown, f"cases for operations that do not exist: {', '.join(sorted(unknown))}"


def test_every_operation_has_a_case() -> None:
    covered = {f"{case.resource} {case.operation}" for case in CASES}
    missing = sorted(set(all_operations()) - covered)
    assert not missing, f"operations without a case: {', '.join(missing)}"


def test_every_request_of_every_operation_is_reached_by_a_case() -> None:
    reached = {(case.resource, case.operation, id(request)) for case in CASES for request in reached_by(case)}
    missing = [
        f"{name}: {request.id} {number} ({request.method})"
        for name, operation in all_operations().items()
        for number, request in enumerate(operation.calls, 1)
        if (*name.split(), id(request)) not in reached
    ]
    assert not missing, "requests that no case reaches:\n" + "\n".join(missing)


def test_every_parameter_of_every_operation_is_in_a_case() -> None:
    given = {(case.resource, case.operation, path) for case in CASES for path in paths_given(case.parameters)}
    missing = [
        f"{name}: {path}"
        for name, operation in all_operations().items()
        if not operation.refuses
        for path in parameter_paths(operation)
        if (*name.split(), path) not in given
    ]
    assert not missing, "parameters that no case gives:\n" + "\n".join(missing)


def paths_given(parameters: dict[str, Any]) -> Iterator[str]:
    for name, value in parameters.items():
        yield name
        if isinstance(value, dict):
            yield from (f"{name}.{member}" for member in value)


def parameter_paths(operation: Operation) -> Iterator[str]:
    """Every parameter of an operation but those that all operations have, and notices, which hold nothing."""
    for parameter in operation.parameters:
        if parameter.type == "notice":
            continue
        members = [member.name for member in parameter.members if member.use not in COMMON_USES]
        if members or parameter.name != operation.options_parameter:
            yield parameter.name
        yield from (f"{parameter.name}.{member}" for member in members)


def all_operations() -> dict[str, Operation]:
    return {
        f"{resource} {operation.operation}": operation
        for resource in DEFINITIONS.resource_names
        for operation in DEFINITIONS.resource(resource).operations
    }


def reached_by(case: Case) -> list[Any]:
    """The requests that the case's parameters lead to, as far as calls of its script were for them."""
    operation = all_operations().get(f"{case.resource} {case.operation}")
    if operation is None:
        return []
    try:
        planned = applying_requests(operation, read_values(operation, case.parameters, case.item.get("binary")))
    except (ParameterError, Refusal):
        return []
    sent = {(call.method, call.version) for call in case.sends}
    return [
        request
        for request in planned
        if not isinstance(request.method, str)
        or request.handler == "batch"
        or (request.method, request.version) in sent
    ]
