"""Names of folders and who gets access to them."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms import drive


@pytest.mark.parametrize("given", [{"NAME": "Contracts"}, {"name": "Contracts"}])
def test_the_name_of_a_folder_is_taken_out_of_its_object(given: dict[str, Any]) -> None:
    assert drive.folder_name(given) == "Contracts"


@pytest.mark.parametrize("given", [{}, {"NAME": " "}, {"NAME": 7}, {"CODE": "c"}, {"NAME": "a", "CODE": "c"}, ["a"]])
def test_nothing_but_the_name_of_a_folder_is_taken(given: Any) -> None:
    with pytest.raises(UnusableValue, match="the key NAME alone"):
        drive.folder_name(given)


@pytest.mark.parametrize(
    ("given", "shares"),
    [
        ({"userId": "12", "taskName": "edit"}, {12: "disk_access_edit"}),
        ([{"USER_ID": 12, "TASK_NAME": "disk_access_read"}], {12: "disk_access_read"}),
        (
            [{"userId": 12, "taskName": "Full"}, {"userId": 15, "taskName": "add"}],
            {12: "disk_access_full", 15: "disk_access_add"},
        ),
    ],
)
def test_shares_are_told_in_the_words_of_the_method(given: Any, shares: dict[int, str]) -> None:
    assert drive.folder_shares(given) == [{"userId": user, "taskName": level} for user, level in shares.items()]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"userId": 12}, "userId and taskName"),
        ({"userId": 12, "taskName": "own"}, "read, add, edit or full"),
        ({"userId": 12, "taskName": "edit", "expires": "2027-01-01"}, "userId and taskName"),
        ({"userId": "Ann", "taskName": "edit"}, "a whole number as userId"),
        ([12], "a JSON array of objects"),
    ],
)
def test_shares_that_cannot_be_meant_are_refused(given: Any, wanted: str) -> None:
    with pytest.raises(UnusableValue, match=wanted):
        drive.folder_shares(given)
