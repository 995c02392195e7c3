"""The named transforms: from what a person typed to what a REST method wants.

Each takes a typed panel value and gives the argument, or raises `UnusableValue` saying what the value must be.
Definitions may only name transforms of `TRANSFORMS`.
"""

from __future__ import annotations

import base64
import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from bitrix_node.parameters import activities, catalog, crm
from bitrix_node.parameters.binary import BinaryData, checked_base64
from bitrix_node.parameters.errors import UnusableValue

if TYPE_CHECKING:
    from collections.abc import Callable

_SEPARATORS = re.compile(r"[,;\s]+")
_WHOLE = re.compile(r"#?[+-]?[0-9]+")
_DIALOG = re.compile(r"(chat|sg)?(\d+)", re.IGNORECASE)
_TASK_LINK = re.compile(r"/tasks?/(?:task/)?view/(\d+)")


def integer(value: Any) -> int:
    """A whole number, from a number or its text."""
    if isinstance(value, str) and _WHOLE.fullmatch(value.strip()):
        return int(value.strip().lstrip("#"))
    if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 != 0:
        raise UnusableValue("a whole number")
    return int(value)


def integer_list(value: Any) -> list[int]:
    """Whole numbers from a JSON array or from text with commas."""
    try:
        numbers = [integer(entry) for entry in text_list(value)]
    except UnusableValue:
        raise UnusableValue("whole numbers separated by commas") from None
    if not numbers:
        raise UnusableValue("at least one whole number")
    return numbers


def text_list(value: Any) -> list[Any]:
    """A list, from a list, a JSON array or text with commas."""
    if isinstance(value, list):
        return value
    text = str(value).strip()
    if text.startswith("["):
        parsed = _json_array(text)
        if parsed is not None:
            return parsed
    return [entry for entry in _SEPARATORS.split(text) if entry]


def name_list(value: Any) -> list[str]:
    """Names, from a JSON array or from text with commas; unlike codes, names may hold spaces."""
    parsed = value if isinstance(value, list) else _json_array(str(value))
    entries = str(value).split(",") if parsed is None else parsed
    return [name for name in (str(entry).strip() for entry in entries) if name]


def object_list(value: Any) -> list[dict[str, Any]]:
    """JSON objects, from a JSON array of them or from a single one."""
    entries = [value] if isinstance(value, dict) and value else value or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UnusableValue("a JSON array of objects")
    return entries


def drive_attachments(value: Any) -> list[str]:
    """Files of the Drive as tasks take them: `n` and the file's number (UF_TASK_WEBDAV_FILES)."""
    return [f"n{number}" for number in integer_list([str(entry).lstrip("n") for entry in text_list(value)])]


def yes_no(value: Any) -> str:
    """`Y` or `N`, as most classic methods spell booleans."""
    return "Y" if value else "N"


def one_zero(value: Any) -> int:
    """`1` or `0`."""
    return 1 if value else 0


def upper_case(value: Any) -> str:
    """Text in capitals, as codes are."""
    return str(value).strip().upper()


def chat_dialog(value: Any) -> str:
    """The dialog of a group chat: `chat1207`, from the number, the dialog or a link to the chat.

    A bare number would address the person with that number (im.message.add, imbot.v2.*: `dialogId`).
    """
    kind, number = _dialog(value)
    return f"{kind or 'chat'}{number}"


def chat_number(value: Any) -> int:
    """The number of a group chat, from the number, the dialog or a link to the chat.

    `sg57` is the chat of the group 57, whose own number is another one.
    """
    kind, number = _dialog(value)
    if kind == "sg":
        raise UnusableValue("the chat's own number, such as 1207 or chat1207")
    return int(number)


def dialog(value: Any) -> str:
    """A dialog as given: `chat1207` or the number of a person; also from a link to it."""
    kind, number = _dialog(value)
    return f"{kind}{number}"


def task_number(value: Any) -> int:
    """The number of a task, from the number or from the link to the task."""
    link = _TASK_LINK.search(str(value))
    try:
        return integer(link.group(1) if link else value)
    except UnusableValue:
        raise UnusableValue("a number such as 8017, or the link to a task") from None


def iso_date(value: Any) -> str:
    """A moment in ISO 8601, from any of its forms; one without an offset stays in the portal's time zone."""
    text = str(value).strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UnusableValue("a date in ISO 8601 form, such as 2026-11-23 or 2026-11-23T16:30:00+01:00") from None
    if len(text) <= len("2026-11-23"):
        return moment.date().isoformat()
    return moment.isoformat(timespec="seconds")


def iso_day(value: Any) -> str:
    """A day in ISO 8601, from a date or a moment."""
    return iso_date(value)[:10]


def web_address(value: Any) -> str:
    """An absolute http or https address."""
    address = _split_address(str(value).strip())
    if address is None or address.scheme not in {"http", "https"} or not address.netloc:
        raise UnusableValue("an address that starts with https://")
    return address.geturl()


def bot_command(value: Any) -> str:
    """A bot's command without its slash."""
    command = str(value).strip().lstrip("/")
    if not re.fullmatch(r"\w+", command):
        raise UnusableValue("a single word of letters and digits")
    return command


def base64_content(value: Any) -> str:
    """Base64 text, from binary data or from text that already is Base64."""
    return value.data if isinstance(value, BinaryData) else checked_base64(str(value))


def text_content(value: Any) -> str:
    """The UTF-8 bytes of a text as Base64."""
    return base64.b64encode(str(value).encode()).decode("ascii")


def file_name(value: Any) -> Any:
    """The file name that came with binary data."""
    return value.file_name or "file" if isinstance(value, BinaryData) else value


def json_object(value: Any) -> dict[str, Any]:
    """A JSON object."""
    if isinstance(value, dict):
        return value
    raise UnusableValue('a JSON object such as {"TITLE": "…"}')


def rest_method(value: Any) -> str:
    """The name of a REST method, also from an address or a path that ends with it."""
    path, asked, _ = str(value).strip().partition("?")
    name = re.sub(r"\.(json|xml)$", "", path.rstrip("/").rpartition("/")[2])
    if asked or not re.fullmatch(r"[A-Za-z]\w*(\.\w+)*", name):
        raise UnusableValue("the name of a REST method, such as crm.deal.list, without arguments")
    return name


def sort_field(value: Any) -> str:
    """The field of a sort order such as `{"LAST_NAME": "ASC"}`, for methods that take it apart from its direction."""
    return _sort(value)[0]


def sort_direction(value: Any) -> str:
    """The direction of a sort order such as `{"LAST_NAME": "ASC"}`."""
    return _sort(value)[1]


def _sort(value: Any) -> tuple[str, str]:
    if isinstance(value, dict) and len(value) == 1:
        [(field, direction)] = value.items()
        if str(direction).upper() in {"ASC", "DESC"}:
            return str(field), str(direction).upper()
    raise UnusableValue('a JSON object with one field and its direction, such as {"LAST_NAME": "ASC"}')


def _json_array(text: str) -> list[Any] | None:
    try:
        parsed = json.loads(text)
    except json.JSONDecodeError:
        return None
    return parsed if isinstance(parsed, list) else None


def _split_address(text: str) -> SplitResult | None:
    try:
        return urlsplit(text)
    except ValueError:
        return None


def _dialog(value: Any) -> tuple[str, str]:
    text = str(value).strip()
    address = _split_address(text)
    if address and address.netloc:
        text = next(iter(parse_qs(address.query).get("IM_DIALOG", [])), text)
    match = _DIALOG.fullmatch(text)
    if not match:
        raise UnusableValue("a number such as 1207, a dialog such as chat1207, or the link to a chat")
    return (match.group(1) or "").lower(), match.group(2)


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "activityFields": activities.activity_fields,
    "base64Content": base64_content,
    "botCommand": bot_command,
    "chatDialog": chat_dialog,
    "chatNumber": chat_number,
    "crmFields": crm.item_fields,
    "crmFilter": crm.item_filter,
    "crmMultiFields": crm.multi_fields,
    "crmOrder": crm.item_order,
    "crmSelect": crm.item_select,
    "csv": text_list,
    "dialog": dialog,
    "driveAttachments": drive_attachments,
    "fieldRows": crm.field_rows,
    "fileName": file_name,
    "integer": integer,
    "integerList": integer_list,
    "isoDate": iso_date,
    "isoDay": iso_day,
    "jsonObject": json_object,
    "nameList": name_list,
    "objectList": object_list,
    "oneZero": one_zero,
    "productFields": catalog.product_fields,
    "productFilter": catalog.product_filter,
    "productOrder": catalog.product_order,
    "productSelect": catalog.product_select,
    "restMethod": rest_method,
    "sortDirection": sort_direction,
    "sortField": sort_field,
    "taskNumber": task_number,
    "textContent": text_content,
    "upperCase": upper_case,
    "webAddress": web_address,
    "yesNo": yes_no,
}
