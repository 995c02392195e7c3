"""Every named transform, with values it takes and values it refuses."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from bitrix_node.parameters import BinaryData
from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms import TRANSFORMS

PICTURE = BinaryData("cGljdHVyZQ==", "picture.png", "image/png")
UNNAMED = BinaryData("cGljdHVyZQ==")
ROWS = {"fieldItems": [{"fieldName": "TITLE", "fieldValue": "Deal"}, {"fieldName": "", "fieldValue": "left aside"}]}
LINK = "https://example.bitrix24.com/online/?IM_DIALOG=chat1207"

TAKEN: list[tuple[str, Any, Any]] = [
    ("activityFiles", PICTURE, [{"fileData": ["picture.png", "cGljdHVyZQ=="]}]),
    ("attachedFiles", PICTURE, [["picture.png", "cGljdHVyZQ=="]]),
    ("attachedFiles", [UNNAMED, PICTURE], [["file", "cGljdHVyZQ=="], ["picture.png", "cGljdHVyZQ=="]]),
    ("activityFields", {"END_TIME": "2026-11-23", "SUBJECT": "Call"}, {"deadline": "2026-11-23", "title": "Call"}),
    ("activityFields", {"OWNER_TYPE_ID": "Deal", "ownerId": "7"}, {"ownerTypeId": 2, "ownerId": 7}),
    ("base64Content", PICTURE, "cGljdHVyZQ=="),
    ("base64Content", "data:image/png;base64,cGlj\n dHVyZQ==", "cGljdHVyZQ=="),
    ("botCommand", " /help ", "help"),
    ("botCommand", "help", "help"),
    ("chatDialog", 1207, "chat1207"),
    ("chatDialog", "Chat1207", "chat1207"),
    ("chatDialog", "sg57", "sg57"),
    ("chatDialog", LINK, "chat1207"),
    ("chatNumber", "1207", 1207),
    ("chatNumber", "chat1207", 1207),
    ("chatNumber", LINK, 1207),
    ("crmFields", ROWS, {"title": "Deal"}),
    ("crmDocument", "DEAL_10", ["crm", "CCrmDocumentDeal", "DEAL_10"]),
    ("crmLinkPrefix", "DEAL", "D_"),
    ("crmTypeName", "DEAL", "deal"),
    ("crmTypeNumber", "DEAL", 2),
    ("crmMultiFields", {"imItems": ["@ann"]}, {"fm": [{"typeId": "IM", "valueType": "WORK", "value": "@ann"}]}),
    ("crmFilter", {">=DATE_CREATE": "2026-01-01"}, {">=createdTime": "2026-01-01"}),
    ("crmOrder", {"DATE_CREATE": "desc"}, {"createdTime": "DESC"}),
    ("crmSelect", "ID, PHONE, EMAIL", ["id", "*"]),
    ("csv", "a,b; c\nd", ["a", "b", "c", "d"]),
    ("csv", '["a b", 1]', ["a b", 1]),
    ("csv", "[a,b", ["[a", "b"]),
    ("csv", [1, 2], [1, 2]),
    ("csv", "", []),
    ("decimal", "12.50", 12.5),
    ("decimal", "12,50", 12.5),
    ("decimal", " -1 200 ", -1200),
    ("decimal", "1\u00a0234\u202f567.891", 1234567.891),
    ("decimal", 0, 0),
    ("decimal", 3.25, 3.25),
    ("dialog", 5, "5"),
    ("dialog", "CHAT5", "chat5"),
    ("dialog", LINK, "chat1207"),
    ("driveAttachments", "12, n13", ["n12", "n13"]),
    ("driveAttachments", ["n12", 13], ["n12", "n13"]),
    ("fieldRows", ROWS, {"TITLE": "Deal"}),
    ("fieldRows", {"UF_CODE": "x", "title": "y"}, {"UF_CODE": "x", "title": "y"}),
    ("fieldRows", {"fieldItems": [{"fieldName": "TITLE"}]}, {"TITLE": ""}),
    ("folderName", {"NAME": "Contracts"}, "Contracts"),
    ("folderShares", {"userId": "12", "taskName": "edit"}, [{"userId": 12, "taskName": "disk_access_edit"}]),
    ("fileName", PICTURE, "picture.png"),
    ("fileName", UNNAMED, "file"),
    ("fileName", "notes.txt", "notes.txt"),
    ("integer", 7, 7),
    ("integer", 7.0, 7),
    ("integer", " #7 ", 7),
    ("integer", "-7", -7),
    ("integer", 9007199254740993, 9007199254740993),
    ("integer", 10**400, 10**400),
    ("integerList", "1, 2;3", [1, 2, 3]),
    ("integerList", "[1, 2]", [1, 2]),
    ("integerList", [1, "2"], [1, 2]),
    ("isoDate", "2026-11-23", "2026-11-23"),
    ("isoDate", "20261123", "2026-11-23"),
    ("isoDate", "2026-11-23 16:30", "2026-11-23T16:30:00"),
    ("isoDate", "2026-11-23T16:30:00.123Z", "2026-11-23T16:30:00+00:00"),
    ("isoDate", datetime.date(2026, 11, 23), "2026-11-23"),
    ("isoDay", "2026-11-23T16:30:00+01:00", "2026-11-23"),
    ("isoDay", "2026-11-23", "2026-11-23"),
    ("jsonObject", {"a": [1]}, {"a": [1]}),
    ("jsonObject", {}, {}),
    ("nameList", "Very urgent, , Berlin office ", ["Very urgent", "Berlin office"]),
    ("nameList", '["a, b", "c"]', ["a, b", "c"]),
    ("nameList", ["a", " "], ["a"]),
    ("objectList", {"a": 1}, [{"a": 1}]),
    ("objectList", [{"a": 1}, {"b": 2}], [{"a": 1}, {"b": 2}]),
    ("objectList", {}, []),
    ("oneZero", True, 1),
    ("oneZero", False, 0),
    ("productFields", {"SECTION_ID": 3, "PROPERTY_258": "red"}, {"iblockSectionId": 3, "property258": "red"}),
    ("productFilter", {"!CATALOG_ID": 23}, {"!iblockId": 23}),
    ("productOrder", {"NAME": "ASC"}, {"name": "asc"}),
    ("productSelect", "NAME, ID", ["id", "iblockId", "name"]),
    ("recordingName", " call 482.MP3 ", "call 482.MP3"),
    ("recordingName", BinaryData("AA==", "call.wav", "audio/mpeg"), "call.wav"),
    ("recordingName", BinaryData("AA==", "call 482", "audio/mpeg"), "call 482.mp3"),
    ("recordingName", BinaryData("AA==", None, "audio/x-wav"), "recording.wav"),
    ("restMethod", " crm.deal.list ", "crm.deal.list"),
    ("restMethod", "https://example.bitrix24.com/rest/1/code/crm.deal.list.json", "crm.deal.list"),
    ("restMethod", "profile/", "profile"),
    ("sortDirection", {"LAST_NAME": "desc"}, "DESC"),
    ("sortField", {"LAST_NAME": "desc"}, "LAST_NAME"),
    ("taskNumber", "8017", 8017),
    ("taskNumber", "https://example.bitrix24.com/company/personal/user/1/tasks/task/view/8017/", 8017),
    ("textContent", "Grüße", "R3LDvMOfZQ=="),
    ("textContent", "", ""),
    ("upperCase", " new ", "NEW"),
    ("emptied", "COMMENTS, UF_CRM_NOTE", {"COMMENTS": "", "UF_CRM_NOTE": ""}),
    ("webAddress", " https://example.com/a?b=c ", "https://example.com/a?b=c"),
    ("webAddress", "http://localhost:5678/", "http://localhost:5678/"),
    ("yesNo", True, "Y"),
    ("yesNo", False, "N"),
    ("calendarEvent", {"Name": "Trip", "from": "2026-11-23"}, {"name": "Trip", "from": "2026-11-23", "skip_time": "Y"}),
    ("calendarSection", {"name": "Trips", "export": {"ALLOW": True}}, {"name": "Trips", "export": {"ALLOW": True}}),
    ("crmLinks", "c_5, CO_7", ["C_5", "CO_7"]),
    ("reminders", "15 min, 2 hours", [{"type": "min", "count": 15}, {"type": "hour", "count": 2}]),
]

REFUSED: list[tuple[str, Any, str]] = [
    ("crmLinkPrefix", "deals", "the number of a smart process"),
    ("crmDocument", "10", "such as CONTACT_12"),
    ("crmTypeName", "deals", "the number of a smart process"),
    ("crmTypeNumber", "deals", "the number of a smart process"),
    ("activityFields", {"COMPLETED": "Y"}, "COMPLETED is none"),
    ("activityFields", {"ownerId": "seven"}, "whole number as ownerId"),
    ("activityFields", {"ownerTypeId": "sale"}, "whole number as ownerTypeId"),
    ("activityFiles", "picture.png", "names of binary fields"),
    ("attachedFiles", "picture.png", "names of binary fields"),
    ("base64Content", "not base64!", "Base64-encoded content"),
    ("botCommand", "two words", "single word"),
    ("botCommand", "/", "single word"),
    ("chatDialog", "general", "a number such as 1207"),
    ("chatDialog", "https://example.bitrix24.com/", "the link to a chat"),
    ("chatDialog", "https://[broken", "the link to a chat"),
    ("chatNumber", "sg57", "the chat's own number"),
    ("chatNumber", "chat", "a number such as 1207"),
    ("crmFields", "TITLE=Deal", "fields with their values"),
    ("crmFields", {"PHONE": [{"ID": "x", "VALUE": "1"}]}, "whole number"),
    ("crmFields", {"PHONE": [{"VALUE_TYPE": "HOME"}]}, "a VALUE in each entry of PHONE"),
    ("crmFilter", [1], "a JSON object such as"),
    ("crmOrder", "ID", "a JSON object such as"),
    ("crmSelect", "[ID", "a JSON array such as"),
    ("decimal", "1,200", "a number such as"),
    ("decimal", "12 EUR", "a number such as"),
    ("decimal", "nan", "a number such as"),
    ("decimal", float("inf"), "a number such as"),
    ("decimal", True, "a number such as"),
    ("dialog", "-5", "a number such as 1207"),
    ("driveAttachments", "n12, report.pdf", "whole numbers separated by commas"),
    ("driveAttachments", "", "at least one whole number"),
    ("fieldRows", ["TITLE"], "fields with their values"),
    ("folderName", {"CODE": "c"}, "the key NAME alone"),
    ("folderShares", {"userId": 12, "taskName": "own"}, "read, add, edit or full"),
    ("integer", "seven", "a whole number"),
    ("integer", "7.5", "a whole number"),
    ("integer", 7.5, "a whole number"),
    ("integer", True, "a whole number"),
    ("integer", None, "a whole number"),
    ("integer", "1_000", "a whole number"),
    ("integer", [7], "a whole number"),
    ("integer", float("inf"), "a whole number"),
    ("integer", float("nan"), "a whole number"),
    ("integerList", "1, two", "whole numbers separated by commas"),
    ("integerList", "[1, 2.5]", "whole numbers separated by commas"),
    ("integerList", [], "at least one whole number"),
    ("isoDate", "23.11.2026", "ISO 8601"),
    ("isoDate", "2026-02-30", "ISO 8601"),
    ("isoDay", "tomorrow", "ISO 8601"),
    ("jsonObject", [1], "a JSON object such as"),
    ("objectList", [{"a": 1}, "b"], "a JSON array of objects"),
    ("objectList", "text", "a JSON array of objects"),
    ("productFields", {"PRICE": 10}, "catalog.price"),
    ("productFilter", {">price": 10}, "catalog.price"),
    ("productOrder", {"PRICES": "ASC"}, "catalog.price"),
    ("productSelect", "NAME, CURRENCY_ID", "catalog.price"),
    ("recordingName", "call.ogg", "ends in .mp3 or .wav"),
    ("recordingName", "call", "ends in .mp3 or .wav"),
    ("recordingName", PICTURE, "ends in .mp3 or .wav"),
    ("restMethod", "crm.deal.list?id=1", "without arguments"),
    ("restMethod", "crm deal list", "name of a REST method"),
    ("restMethod", "", "name of a REST method"),
    ("sortDirection", {"LAST_NAME": "up"}, "one field and its direction"),
    ("sortField", {"A": "ASC", "B": "ASC"}, "one field and its direction"),
    ("sortField", "LAST_NAME", "one field and its direction"),
    ("taskNumber", "https://example.bitrix24.com/tasks/", "the link to a task"),
    ("webAddress", "example.com", "starts with https://"),
    ("webAddress", "ftp://example.com", "starts with https://"),
    ("webAddress", "https://[broken", "starts with https://"),
    ("calendarEvent", {"title": "Trip"}, "and title is none"),
    ("calendarSection", {"place": "Riga"}, "and place is none"),
    ("crmLinks", "deal 10", "C_5, CO_7, D_10, L_11"),
    ("reminders", "early", "15 min, 2 hours, 1 day"),
]

TAKES_ANYTHING = {
    "crmMultiFields",
    "csv",
    "emptied",
    "fileName",
    "nameList",
    "oneZero",
    "textContent",
    "upperCase",
    "yesNo",
}
"""Transforms that have nothing to refuse among the values that their parameter types let through."""


@pytest.mark.parametrize(("name", "value", "argument"), TAKEN)
def test_a_value_becomes_the_argument(name: str, value: Any, argument: Any) -> None:
    made = TRANSFORMS[name](value)
    assert (made, type(made)) == (argument, type(argument))


@pytest.mark.parametrize(("name", "value", "must_be"), REFUSED)
def test_an_unusable_value_is_refused_with_what_it_must_be(name: str, value: Any, must_be: str) -> None:
    with pytest.raises(UnusableValue) as refusal:
        TRANSFORMS[name](value)
    assert must_be in str(refusal.value)


def test_the_tables_cover_every_transform() -> None:
    assert {name for name, _, _ in TAKEN} == set(TRANSFORMS)
    assert {name for name, _, _ in REFUSED} == set(TRANSFORMS) - TAKES_ANYTHING
