"""What a resource locator may hold, and what is read from it, with words for what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.definitions import Definitions, Operation
from bitrix_node.parameters import read_values
from bitrix_node.parameters.errors import ParameterError

DEAL = "https://example.bitrix24.com/crm/deal/details/12/"
DEFINITIONS = Definitions.packaged()
GET_RECORD = DEFINITIONS.operation("crm", "get")
GET_ELEMENT = DEFINITIONS.operation("lists", "getElement")
SEND_MESSAGE = DEFINITIONS.operation("chat", "sendMessage")


def by(mode: str, value: Any) -> dict[str, Any]:
    return {"__rl": True, "mode": mode, "value": value}


def read(operation: Operation, path: str, **parameters: Any) -> Any:
    return read_values(operation, parameters).get(path)


@pytest.mark.parametrize(
    "held",
    [
        "12",
        12,
        by("id", "12"),
        by("id", 12),
        by("list", 12),
        {**by("list", "12"), "cachedResultName": "Chairs", "cachedResultUrl": DEAL},
        by("url", DEAL),
        by("url", f"  {DEAL}?IFRAME=Y  "),
        by("url", "https://crm.example.com:8443/site/crm/deal/details/12"),
        by("id", DEAL),
        DEAL,
    ],
)
def test_every_form_gives_the_id(held: Any) -> None:
    assert read(GET_RECORD, "recordId", entityType="deal", recordId=held) == "12"


@pytest.mark.parametrize(
    "address", ["https://example.bitrix24.com/company/personal/user/12/", "https://example.bitrix24.com", "12", "deal"]
)
def test_an_address_of_something_else_is_refused_by_the_parameters_name(address: str) -> None:
    with pytest.raises(ParameterError) as refused:
        read(GET_RECORD, "recordId", entityType="deal", recordId=by("url", address))
    assert refused.value.parameter == "recordId"
    assert "'Record' must be the address of" in refused.value.message
    assert address in refused.value.message


@pytest.mark.parametrize("held", [by("list", ""), by("id", None), "", None])
def test_an_empty_one_is_not_given(held: Any) -> None:
    with pytest.raises(ParameterError, match="'Record' is required"):
        read(GET_RECORD, "recordId", entityType="deal", recordId=held)


def test_codes_and_dialogs_are_kept_as_they_are() -> None:
    assert read(GET_ELEMENT, "ELEMENT_ID", IBLOCK_ID=by("list", 1), ELEMENT_ID=by("id", "holiday_2")) == "holiday_2"
    chat = by("url", "https://example.bitrix24.com/online/?IM_DIALOG=chat13&IM_MESSAGE=7")
    assert read(SEND_MESSAGE, "chatId", chatId=chat, message="Hello") == "chat13"
