"""Finding documented methods, and what the catalogue knows of them."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from bitrix_node.definitions.locations import packaged_data
from bitrix_node.definitions.methods import CatalogueMethod, MethodCatalogue
from bitrix_node.rest import method_habits, paging_kinds

CATALOGUE = MethodCatalogue.packaged()
EVERYTHING = list(CATALOGUE.methods())


def known(name: str, version: int | None = None) -> CatalogueMethod:
    found = CATALOGUE.method(name, version)
    assert found is not None
    return found


def test_every_documented_method_is_there() -> None:
    assert len({method.name.lower() for method in EVERYTHING}) == 1669
    assert Counter(method.version for method in EVERYTHING) == {2: 1566, 3: 110}
    twice = {method.name for method in EVERYTHING if method.version == 3 and CATALOGUE.method(method.name, 2)}
    assert twice == {
        "batch",
        "tasks.task.add",
        "tasks.task.delete",
        "tasks.task.get",
        "tasks.task.list",
        "tasks.task.result.list",
        "tasks.task.update",
    }


@pytest.mark.parametrize("name", ["crm.item.productrow.list", "CRM.Item.ProductRow.List", "crm.ITEM.productrow.list"])
def test_names_are_found_in_any_case(name: str) -> None:
    assert known(name).name == "crm.item.productrow.list"


def test_a_method_is_found_in_the_version_that_has_it() -> None:
    assert known("crm.deal.list").version == 2
    assert CATALOGUE.method("crm.deal.list", 3) is None
    assert known("main.eventlog.list").version == 3
    assert CATALOGUE.method("main.eventlog.list", 2) is None
    assert known("tasks.task.list").version == 2
    assert known("tasks.task.list", 3).paging == "pagination"


@pytest.mark.parametrize("name", ["", "crm", "crm.deal", "crm.dael.list", "../bitrix24", "nosuch.method", "crm..list"])
def test_what_is_not_documented_is_not_found(name: str) -> None:
    assert CATALOGUE.method(name) is None


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("crm.dael.list", "crm.deal.list"),
        ("imbot.v2.chat.users.delete", "imbot.v2.Chat.User.delete"),
        ("task.task.list", "tasks.task.list"),
        ("user.curent", "user.current"),
    ],
)
def test_the_nearest_names_are_offered(wrong: str, right: str) -> None:
    assert right in CATALOGUE.nearest(wrong)


def test_nothing_is_near_to_what_is_no_name_at_all() -> None:
    assert CATALOGUE.nearest("qqqqqq") == []


def test_names_can_be_searched() -> None:
    names = [method.name for method in CATALOGUE.methods("Product.Section")]
    assert "crm.productsection.list" not in names
    assert names == sorted(names, key=str.lower)
    assert all("product.section" in name.lower() for name in names)
    assert [method.name for method in CATALOGUE.methods("user.current")] == ["user.current"]


def test_what_is_known_of_a_method() -> None:
    method = known("crm.item.add")
    assert (method.scopes, method.reads, method.deprecated, method.paging, method.rows) == (
        ("crm",),
        False,
        False,
        None,
        None,
    )
    assert method.parameters["entityTypeId"].required
    assert method.parameters["entityTypeId"].type == "integer"
    assert method.parameters["fields"].members["ufCrm*"].is_pattern
    assert not method.parameters["fields"].members["title"].required


def test_closed_lists_of_values_are_known() -> None:
    assert known("bizproc.event.send").parameters["EVENT_TOKEN"].values == ()
    assert known("crm.category.list").parameters["entityTypeId"].values == ()
    assert known("lists.get").parameters["IBLOCK_TYPE_ID"].values == ("lists", "bitrix_processes", "lists_socnet")


def test_deprecated_methods_name_what_replaces_them() -> None:
    method = known("crm.contact.add")
    assert method.deprecated
    assert method.replaced_by == ("crm.item.add",)
    assert sum(entry.deprecated for entry in EVERYTHING) == 239


def test_methods_that_only_applications_may_call_are_known() -> None:
    only = {method.name for method in EVERYTHING if method.application_only}
    assert {"event.bind", "entity.item.add", "telephony.externalCall.register", "placement.bind", "app.info"} <= only
    assert not {"imbot.register", "im.notify.system.add", "crm.deal.list", "user.get", "crm.activity.add"} & only


def test_rows_are_known_where_they_lie() -> None:
    assert known("crm.deal.list").rows == ""
    assert known("crm.item.list").rows == "items"
    assert known("im.dialog.messages.get").rows == "messages"
    assert known("im.search.user.list").rows_are_map
    assert known("crm.deal.get").is_list is False


@pytest.mark.parametrize(
    ("name", "version", "kind"),
    [
        ("crm.deal.list", 2, "start"),
        ("department.get", 2, "START"),
        ("biconnector.source.list", 2, "page"),
        ("humanresources.hcmlink.company.list", 2, "offset"),
        ("im.search.user.list", 2, "OFFSET"),
        ("landing.site.getList", 2, "paramsOffset"),
        ("imopenlines.config.list.get", 2, "PARAMSOffset"),
        ("im.dialog.messages.get", 2, "lastId"),
        ("im.dialog.messages.search", 2, "lastRow"),
        ("im.notify.get", 2, "notifications"),
        ("imbot.v2.Event.get", 2, "nextOffset"),
        ("imbot.v2.Chat.User.list", 2, "limit"),
        ("event.offline.get", 2, "queue"),
        ("task.elapseditem.getlist", 2, "NAV_PARAMS"),
        ("vote.AttachedVote.getAnswerVoted", 2, "pageNavigation"),
        ("main.eventlog.list", 3, "pagination"),
        ("main.eventlog.tail", 3, "tail"),
        ("call.followup.list", 3, "afterCursor"),
        ("note.collection.list", 3, "nextCursor"),
        ("note.document.search.list", 3, "paginationLimit"),
        ("crm.deal.get", 2, None),
    ],
)
def test_the_way_a_method_hands_out_its_rows_is_known(name: str, version: int, kind: str | None) -> None:
    assert known(name, version).paging == kind


def test_every_kind_of_paging_is_in_the_table() -> None:
    assert {method.paging for method in EVERYTHING if method.paging} <= set(paging_kinds())


def test_no_method_is_taken_for_reading_by_its_name_that_changes_something() -> None:
    habits = method_habits()
    wrong = [method.name for method in EVERYTHING if not method.reads and not habits.writes(method.name)]
    assert not wrong


def test_files_are_small_and_written_by_the_generator() -> None:
    for path in packaged_data().methods.glob("*.json"):
        entries = json.loads(path.read_text(encoding="utf-8"))
        assert path.stat().st_size < 150_000
        assert {entry["name"].partition(".")[0].lower() for entry in entries} == {path.stem}
        assert [entry["name"] for entry in entries] == sorted(entry["name"] for entry in entries)


def test_no_sentence_of_the_documentation_is_copied() -> None:
    for path in packaged_data().methods.glob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert " " not in text, f"{path.name} holds text"


def test_the_licence_of_the_documentation_comes_along() -> None:
    assert "MIT License" in (packaged_data().methods / "NOTICE").read_text(encoding="utf-8")
