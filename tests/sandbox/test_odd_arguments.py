"""No method breaks on arguments of the wrong kind: it answers, or it refuses in its own words."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.sandbox.registry import REGISTRY
from tests.sandbox.client import RestClient

SCOPES = {"im", "imbot", "task", "tasks", "disk", "crm", "userfieldconfig", "calendar", "bizproc", "lists"}
ACCESS = {"botId": 39, "botToken": "demo-bot-token", "BOT_ID": 39, "CLIENT_ID": "demo-bot-token"}
PLACES = {
    "dialogId": "chat15",
    "DIALOG_ID": "chat15",
    "CHAT_ID": 15,
    "userId": 7,
    "USER_ID": 7,
    "messageId": 110,
    "MESSAGE_ID": 110,
    "commandId": 1,
    "COMMAND_ID": 1,
    "taskId": 29,
    "TASKID": 29,
    "id": 21,
    "targetFolderId": 17,
    "entityTypeId": 1032,
    "ownerTypeId": 1032,
    "ownerType": "T408",
    "ownerId": 1,
    "moduleId": "crm",
    "entityId": "SOURCE",
    "eventId": 1,
    "IBLOCK_TYPE_ID": "lists",
    "IBLOCK_ID": 1,
    "ELEMENT_ID": 1,
    "TEMPLATE_ID": 1,
    "TASK_ID": 1,
}
CONTAINERS = (
    "fields", "FIELDS", "filter", "FILTER", "order", "ORDER", "select", "PROPERTIES", "LANG", "USERS", "userIds",
    "ATTACH", "KEYBOARD", "MENU", "data", "fileContent", "rights", "pagination", "params",
    "field", "productRows", "values", "extras", "type", "scope",
    "ELEMENT_ORDER", "RIGHTS", "PARAMETERS", "DOCUMENT_ID", "rrule", "attendees", "remind", "section", "users",
)  # fmt: skip
SCALARS = (
    "MESSAGE", "TITLE", "COLOR", "AVATAR", "LIMIT", "LAST_ID", "FIRST_ID", "OFFSET", "limit", "offset", "start", "code",
    "newName", "statusMessageCode", "duration", "CODE", "COMMAND", "EVENT_HANDLER", "EVENT_COMMAND_ADD",
    "ENTITY_TYPE", "ENTITY_ID", "TYPE", "ID", "complete", "COMPLETE", "generateUniqueName", "SYSTEM", "REPLY_ID",
    "IS_EDITED",
)  # fmt: skip
INNER = (
    "message", "title", "code", "properties", "userIds", "ownerId", "color", "avatar", "forwardIds", "command",
    "params", "replyId", "attach", "TITLE", "RESPONSIBLE_ID", "DEADLINE", "ACCOMPLICES", "TAGS", "PARENT_ID", "STATUS",
    "NAME", "POST_MESSAGE", "AUTHOR_ID", "responsibleId", "creatorId", "deadline", "status", "priority", "mark",
    "taskId", "text", "entityTypeId", "entityIds", "relations", "linkedUserFields", "typeIds", "isDefault", "sort",
    "ENTITY_ID", "STATUS_ID", "SORT", "FIELD_NAME", "USER_TYPE_ID", "SETTINGS", "LIST", "LABEL", "enum", "fieldName",
    "entityId", "userTypeId", "ownerType", "productId", "price", "fm", "stageId", "categoryId", "contactIds",
    "elements", ">=DATE_CREATE", "PROPERTY_5", "PROPERTY_6", "PROPERTY_8", "MULTIPLE", "FREQ", "BYDAY", "UNTIL",
)  # fmt: skip
ODD: dict[str, Any] = {
    "word": "odd",
    "empty": "",
    "nothing": None,
    "number": -7,
    "huge": 10**30,
    "fraction": 1.5,
    "list": ["a", 1, None, ["b"]],
    "map": {"a": {"b": 1}, "1": "c"},
    "truth": True,
}


def arguments(value: Any) -> list[dict[str, Any]]:
    inner = dict.fromkeys(INNER, value)
    return [
        {**ACCESS, **dict.fromkeys((*PLACES, *CONTAINERS, *SCALARS), value)},
        {**ACCESS, **PLACES, **dict.fromkeys((*CONTAINERS, *SCALARS), value)},
        {**ACCESS, **PLACES, **dict.fromkeys(CONTAINERS, inner)},
        {**ACCESS, **PLACES, **{name: [inner] for name in CONTAINERS}},
    ]


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("version", [2, 3])
async def test_no_method_breaks(portal: RestClient, version: int, kind: str) -> None:
    client = portal if version == 2 else RestClient(portal.session, f"{portal.base}api/")
    broken: list[str] = []
    names = [entry.name for entry in REGISTRY if entry.version == version and entry.scopes & SCOPES]
    assert len(names) > (5 if version == 3 else 80)
    for name in names:
        for number, sent in enumerate(arguments(ODD[kind])):
            status, body = await client.call(name, sent)
            if status >= 500:
                broken.append(f"{name} {number} {body}")
    assert not broken
