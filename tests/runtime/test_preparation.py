"""Items that are alike are prepared together, and nobody can tell: each sends what it would send by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import ItemFailed, Node, OAuth2, Webhook
from bitrix_node.definitions import Definitions
from bitrix_node.handlers import Action, Refusal
from bitrix_node.parameters import UNSET, ParameterError
from bitrix_node.parameters.arguments import build_arguments
from bitrix_node.runtime.preparation import ItemInput, Preparation
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.case_files import Case, load_cases

if TYPE_CHECKING:
    from bitrix_node.definitions import Operation

DEFINITIONS = Definitions.packaged()
ENDPOINT = Webhook("https://example.bitrix24.com/rest/1/s3cr3ts3cr3t/").endpoint()
APPLICATION = OAuth2(client_endpoint="https://example.bitrix24.com/rest/", access_token="t0kenofanapplication")


def preparation(operation: Operation) -> Preparation:
    endpoint = APPLICATION.endpoint() if operation.application_only else ENDPOINT
    return Preparation(operation, lambda: endpoint, strict=True)


def another(value: Any) -> Any:
    """A value of the same kind."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return value
    return value + 1 if isinstance(value, int) else f"1{value}" if value.isdecimal() else f"{value} x"


def variants(case: Case, operation: Operation) -> list[dict[str, Any]]:
    """The case's parameters with another value of one parameter each that decides nothing."""
    given = case.parameters
    return [{**given, name: another(value)} for name, value in given.items() if name in operation.neutral]


def arguments(operation: Operation, prepared: Any) -> Any:
    """What the item would send, or why it cannot."""
    try:
        return Action(operation, prepared).arguments(prepared.requests[0])
    except ParameterError as error:
        return str(error)


def alike_cases() -> list[Case]:
    return [case for case in load_cases() if variants(case, DEFINITIONS.operation(case.resource, case.operation))]


@pytest.mark.parametrize("case", alike_cases(), ids=lambda case: f"{case.resource}: {case.case}")
def test_an_item_after_others_sends_what_it_would_send_by_itself(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bitrix_node.parameters.arguments.new_code", lambda: "c0de")
    operation = DEFINITIONS.operation(case.resource, case.operation)
    binary = case.item.get("binary", {})
    together = preparation(operation)
    try:
        together.prepare(ItemInput(0, case.parameters, binary))
    except (ParameterError, Refusal):
        return
    for index, given in enumerate(variants(case, operation), start=1):
        item = ItemInput(index, given, binary)
        try:
            alone = preparation(operation).prepare(item)
        except (ParameterError, Refusal) as refused:
            with pytest.raises(type(refused)):
                arguments(operation, together.prepare(item))
            continue
        prepared = together.prepare(item)
        assert prepared.requests == alone.requests
        assert prepared.choices == alone.choices
        if len(alone.requests) == 1 and alone.requests[0].each is None:
            assert arguments(operation, prepared) == arguments(operation, alone)


@pytest.mark.parametrize("place", [0, 300, 599])
async def test_a_value_that_no_request_could_send_is_refused_before_anything_is_sent(place: int) -> None:
    items = [{"id": "many" if index == place else 1} for index in range(600)]
    parameters = {"entityType": "contact", "recordId": "={{ $json.id }}", "fieldsJson": '{"NAME": "Ann"}'}
    async with Sandbox(SandboxConfig()) as portal, Node(Webhook(portal.webhook_url)) as node:
        with pytest.raises(ItemFailed, match=rf"'Record' must be a whole number; got many \[item {place},"):
            await node.execute("crm", "update", parameters=parameters, items=items)
        assert portal.statistics.requests == 0


async def test_no_file_is_sent_before_all_items_are_known_to_be_right() -> None:
    file = {"data": {"data": "QQ==", "fileName": "a.txt", "mimeType": "text/plain"}}
    items = [{"json": {"folder": folder}, "binary": file} for folder in (*[8] * 300, "x")]
    async with Sandbox(SandboxConfig()) as portal, Node(Webhook(portal.webhook_url)) as node:
        with pytest.raises(
            ItemFailed, match=r"'Folder' must be a whole number; got x \[item 300, Upload File of file\]"
        ):
            await node.execute("file", "upload", parameters={"folderId": "={{ $json.folder }}"}, items=items)
        assert portal.statistics.requests == 0


def test_arguments_stand_in_the_order_of_the_definition() -> None:
    """Some older methods read their arguments by their places."""
    told: list[str] = []
    for case in load_cases():
        operation = DEFINITIONS.operation(case.resource, case.operation)
        try:
            prepared = preparation(operation).prepare(ItemInput(0, case.parameters, case.item.get("binary", {})))
        except (ParameterError, Refusal):
            continue
        if prepared.arguments is None:
            continue
        expected = build_arguments(prepared.requests[0], prepared.values, lambda _: UNSET)
        if list(expected) != list(prepared.arguments):
            told.append(f"{case.resource} {case.operation}: {list(prepared.arguments)}, not {list(expected)}")
    assert told == []


def test_what_n8n_holds_of_older_workflows_is_left_aside_in_every_item() -> None:
    operation = DEFINITIONS.operation("crm", "setProductRows")
    lenient = Preparation(operation, lambda: ENDPOINT, strict=False)
    (group,) = operation.parameters_by_path["productRows"].groups
    for index, name in enumerate(("Desk", "Chair", "Lamp")):
        row = {"productName": name, "columnOfAnOlderVersion": "x"}
        given = {"entityType": "deal", "recordId": 5, "productRows": {group.name: [row]}}
        prepared = lenient.prepare(ItemInput(index, given))
        assert prepared.arguments is not None
        assert [entry["productName"] for entry in prepared.arguments["productRows"]] == [name]
