"""Links, places and cards of smart processes."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms import smart_processes


def test_flags_of_links_are_words() -> None:
    given = {
        "parent": [{"entityTypeId": "3", "isChildrenListEnabled": True}, 4],
        "child": [{"entityTypeId": 2, "isChildrenListEnabled": "N"}],
    }
    assert smart_processes.type_relations(given) == {
        "parent": [{"entityTypeId": 3, "isChildrenListEnabled": "true"}, {"entityTypeId": 4}],
        "child": [{"entityTypeId": 2, "isChildrenListEnabled": "false"}],
    }


def test_links_can_be_taken_away() -> None:
    assert smart_processes.type_relations({"parent": []}) == {"parent": []}


@pytest.mark.parametrize(
    "given",
    [
        [],
        {"parents": []},
        {"parent": 3},
        {"parent": ["deal"]},
        {"child": [{"isChildrenListEnabled": True}]},
        {"child": [{"entityTypeId": 2, "isChildrenListEnabled": "maybe"}]},
    ],
)
def test_anything_else_is_no_link(given: Any) -> None:
    with pytest.raises(UnusableValue, match="links such as"):
        smart_processes.type_relations(given)


@pytest.mark.parametrize(
    ("given", "flags"),
    [
        (
            {"TASKS_TASK|UF_CRM_TASK": "Y", "CALENDAR_EVENT|UF_CRM_CAL_EVENT": False},
            {"TASKS_TASK|UF_CRM_TASK": "true", "CALENDAR_EVENT|UF_CRM_CAL_EVENT": "false"},
        ),
        (["TASKS_TASK|UF_CRM_TASK"], {"TASKS_TASK|UF_CRM_TASK": "true"}),
        ({}, {}),
    ],
)
def test_places_outside_the_crm(given: Any, flags: dict[str, str]) -> None:
    assert smart_processes.linked_user_fields(given) == flags


@pytest.mark.parametrize("given", ["TASKS_TASK|UF_CRM_TASK", {"TASKS_TASK": True}, {"TASKS_TASK|UF_CRM_TASK": "maybe"}])
def test_other_places_are_refused(given: Any) -> None:
    with pytest.raises(UnusableValue, match="an object"):
        smart_processes.linked_user_fields(given)


def test_a_card_is_completed() -> None:
    given = [
        {
            "name": "main",
            "title": "About",
            "elements": [
                "TITLE",
                {
                    "name": "CLIENT",
                    "optionFlags": True,
                    "options": {"defaultCountry": "GB", "isPayButtonVisible": False},
                },
            ],
        },
        {"name": "more", "title": "More", "type": "section"},
    ]
    assert smart_processes.card_sections(given) == [
        {
            "type": "section",
            "name": "main",
            "title": "About",
            "elements": [
                {"name": "TITLE"},
                {
                    "name": "CLIENT",
                    "optionFlags": 1,
                    "options": {"defaultCountry": "GB", "isPayButtonVisible": "false"},
                },
            ],
        },
        {"type": "section", "name": "more", "title": "More"},
    ]


@pytest.mark.parametrize(
    "given",
    [
        {},
        [],
        ["main"],
        [{"name": "main"}],
        [{"name": "main", "title": "About", "elements": "TITLE"}],
        [{"name": "m", "title": "M", "elements": [7]}],
    ],
)
def test_anything_else_is_no_card(given: Any) -> None:
    with pytest.raises(UnusableValue, match="sections such as"):
        smart_processes.card_sections(given)
