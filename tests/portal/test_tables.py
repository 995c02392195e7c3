"""What is known of Bitrix24's codes and methods."""

from __future__ import annotations

from importlib.resources import files

import pytest
import yaml

from bitrix_node.portal.errors import (
    Denied,
    Invalid,
    LimitReached,
    Missing,
    NoAnswer,
    PortalError,
    QuotaSpent,
    Refused,
    TokenEnded,
    error_from_code,
)
from bitrix_node.rest import error_entries, method_habits, paging_kinds

TEXT = files("bitrix_node.rest").joinpath("errors.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "http", "kind", "status"),
    [
        ("QUERY_LIMIT_EXCEEDED", None, LimitReached, 503),
        ("OPERATION_TIME_LIMIT", None, QuotaSpent, 429),
        ("expired_token", None, TokenEnded, 401),
        ("insufficient_scope", None, Denied, 403),
        ("ERROR_METHOD_NOT_FOUND", None, Missing, 404),
        ("USER_NOT_FOUND", None, Missing, 400),
        ("INVALID_ARG_VALUE", None, Invalid, 400),
        ("INTERNAL_SERVER_ERROR", None, NoAnswer, 500),
        ("NEVER_HEARD_OF", None, Refused, 400),
        ("", None, Refused, 400),
        ("ACCESS_DENIED", 403, Denied, 403),
        ("access_denied", 400, Denied, 400),
        ("Access denied", 400, Denied, 400),
        ("", 401, Denied, 401),
        ("NEVER_HEARD_OF", 403, Denied, 403),
        ("NEVER_HEARD_OF", 429, LimitReached, 429),
        ("NEVER_HEARD_OF", 502, NoAnswer, 502),
    ],
)
def test_a_code_tells_what_may_be_done(code: str, http: int | None, kind: type[PortalError], status: int) -> None:
    error = error_from_code(code, "", http, "some.method")
    assert (type(error), error.http, error.method) == (kind, status, "some.method")
    assert str(error)


@pytest.mark.parametrize(("message", "kind"), [("Not found.", Missing), ("Access denied", Denied), ("Oh", Refused)])
def test_a_sentence_stands_in_for_a_code_that_is_empty(message: str, kind: type[PortalError]) -> None:
    error = error_from_code("", message, 400, "some.method")
    assert (type(error), error.code, error.message) == (kind, "", message)
    assert bool(error.remedy) == (kind is not Refused)


@pytest.mark.parametrize(("message", "kind"), [("Document not found", Missing), ("Oh", Refused)])
def test_a_sentence_tells_more_than_a_number_that_stands_for_anything(message: str, kind: type[PortalError]) -> None:
    error = error_from_code("0", message, 400, "some.method")
    assert (type(error), error.code) == (kind, "0")
    assert error.remedy


def test_every_known_code_tells_what_to_do() -> None:
    for code, entry in error_entries().items():
        assert entry.remedy.endswith("."), code
        assert error_from_code(code, "", None, "m").remedy == entry.remedy


def test_the_table_of_codes_holds_each_once_and_in_order() -> None:
    sections: list[list[str]] = [list(yaml.safe_load(part) or {}) for part in TEXT.split("\n\n")]
    for section in sections:
        assert section == sorted(section, key=str.upper)
    codes = [code.upper() for section in sections for code in section]
    assert len(codes) == len(set(codes)) == len(error_entries())


def test_an_error_told_of_another_method_stays_the_same() -> None:
    error = error_from_code("expired_token", "Over", 401, "batch").about("crm.item.add")
    assert (type(error), str(error), error.http, error.method) == (TokenEnded, "Over", 401, "crm.item.add")


@pytest.mark.parametrize(
    "method",
    [
        "crm.item.list",
        "user.get",
        "im.search.chat.list",
        "tasks.task.getaccess",
        "CRM.DEAL.LIST",
        "profile",
        "user.search",
    ],
)
def test_methods_that_read_are_known_by_their_names(method: str) -> None:
    assert not method_habits().writes(method)


@pytest.mark.parametrize(
    "method",
    [
        "crm.item.add",
        "im.dialog.read",
        "batch",
        "event.offline.get",
        "Event.Offline.Get",
        "telephony.call.finish",
        "odd",
    ],
)
def test_whatever_is_not_known_to_read_writes(method: str) -> None:
    assert method_habits().writes(method)


def test_every_paging_kind_with_a_cursor_says_where_it_goes() -> None:
    for name, kind in paging_kinds().items():
        assert (kind.cursor not in {"none", "again"}) == ("cursor" in kind.send), name
        assert kind.size is not None or "size" not in kind.send, name
