"""Automation rules (robots) and activities that applications add to workflows."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.workflows import documents

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

_CODE = re.compile(r"^[A-Za-z0-9._-]+$")
_PROPERTY = re.compile(r"^[A-Za-z]\w*$", re.ASCII)
_FIELDS = (
    "HANDLER",
    "AUTH_USER_ID",
    "USE_SUBSCRIPTION",
    "NAME",
    "DESCRIPTION",
    "PROPERTIES",
    "RETURN_PROPERTIES",
    "DOCUMENT_TYPE",
    "FILTER",
    "USE_PLACEMENT",
    "PLACEMENT_HANDLER",
)


def collection(database: Database) -> Collection:
    """The robots and activities of all applications."""
    return database.collection("bizproc_rules")


def of_application(call: Call, owner: str, *, robots: bool) -> list[Record]:
    """The robots of an application, or its activities."""
    return collection(call.database).find(OWNER=owner, IS_ROBOT=robots)


def installed(database: Database, code: str) -> Record | None:
    """The robot or activity that a template names after `rest_`: by its code, or Bitrix24's hash of owner and code."""
    entries = collection(database).all()
    return next((entry for entry in entries if code in (entry["CODE"], internal_code(entry))), None)


def internal_code(rule: Record) -> str:
    """The code under which templates of Bitrix24's designer hold a robot or activity."""
    return hashlib.md5(f"{rule['OWNER']}@{rule['CODE']}".encode(), usedforsecurity=False).hexdigest()


def code_of(call: Call) -> str:
    """The code that a call names.

    Raises:
        RestError: it is missing, or no code.
    """
    code = call.text("CODE")
    if not code:
        raise invalid("Empty activity code!")
    if not _CODE.match(code):
        raise invalid("Wrong activity code!")
    return code


def values(call: Call, sent: Mapping[str, Any]) -> Record:
    """The fields of a robot or activity, in their stored form; only those that were sent.

    Raises:
        RestError: a value cannot stand.
    """
    named = {name.upper(): value for name, value in sent.items()}
    found: Record = {name: named[name] for name in _FIELDS if name in named}
    if "HANDLER" in found:
        _check_address(str(found["HANDLER"]))
    if "NAME" in found and not found["NAME"]:
        raise invalid("Empty activity NAME!")
    for name in ("PROPERTIES", "RETURN_PROPERTIES"):
        if name in found:
            found[name] = _properties(found[name])
    if "FILTER" in found and not _is_filter(found["FILTER"]):
        raise invalid("Wrong activity FILTER!")
    if found.get("DOCUMENT_TYPE") and not documents.is_type(call.database, _entries(found["DOCUMENT_TYPE"])):
        raise invalid("Wrong activity DOCUMENT_TYPE!")
    if "AUTH_USER_ID" in found:
        found["AUTH_USER_ID"] = to_integer(found["AUTH_USER_ID"]) or 0
    return found


def invalid(text: str) -> RestError:
    """A value cannot stand, or is missing."""
    return RestError("ERROR_ACTIVITY_VALIDATION_FAILURE", text)


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme and parts.scheme not in {"http", "https"}:
        raise RestError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported handler protocol")
    if not parts.scheme or not parts.hostname:
        raise RestError("ERROR_WRONG_HANDLER_URL", "Wrong handler URL")


def _properties(sent: Any) -> dict[str, Any]:
    if sent in (None, "", []):
        return {}
    if not isinstance(sent, dict):
        raise invalid("Wrong properties array!")
    for key, entry in sent.items():
        if not _PROPERTY.match(key):
            raise invalid(f"Wrong property key {key}!")
        names = {name.lower(): value for name, value in entry.items()} if isinstance(entry, dict) else {}
        if not names.get("name"):
            raise invalid(f"Empty property NAME {key}!")
    return sent


def _is_filter(sent: Any) -> bool:
    if sent in (None, "", []):
        return True
    return isinstance(sent, dict) and all(
        name.upper() in {"INCLUDE", "EXCLUDE"} and isinstance(rules, (list, dict)) for name, rules in sent.items()
    )


def _entries(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, list) else [value]
