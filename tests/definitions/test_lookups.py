"""Lookups: what a parameter is told of the records that it is picked from, and how pasted addresses are read."""

from __future__ import annotations

import re

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.definitions.lookups import address_pattern

PATHS = ["/crm/deal/details/{id}/", "/company/personal/user/{any}/tasks/task/view/{id}/", "/x/focus.php?objectId={id}"]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://example.bitrix24.com/crm/deal/details/12/", "12"),
        ("https://example.bitrix24.de/crm/deal/details/12", "12"),
        ("https://crm.example.com:8443/portal/crm/deal/details/12/?IFRAME=Y&IFRAME_TYPE=SIDE_SLIDER#tab", "12"),
        ("  http://10.0.0.5/crm/deal/details/12/  ", "12"),
        ("https://example.bitrix24.com/company/personal/user/7/tasks/task/view/31/?MID=5", "31"),
        ("https://example.bitrix24.com/x/focus.php?objectId=44&cmd=show&ncc=1", "44"),
        ("https://example.bitrix24.com/crm/deal/details/twelve/", None),
        ("https://example.bitrix24.com/crm/deal/details/", None),
        ("https://example.bitrix24.com/crm/contact/details/12/", None),
        ("https://example.bitrix24.com/?next=/crm/deal/details/12/", None),
        ("/crm/deal/details/12/", None),
        ("12", None),
    ],
)
def test_the_id_is_found_in_the_addresses_that_bitrix24_makes(address: str, found: str | None) -> None:
    match = re.match(address_pattern(PATHS, "number"), address)
    assert (match and match[1]) == found


def test_every_pattern_has_the_id_as_its_only_group() -> None:
    resources = [Definitions.packaged().resource(name) for name in Definitions.packaged().resource_names]
    parameters = [
        entry for resource in resources for operation in resource.operations for entry in operation.parameters
    ]
    patterns = {entry.lookup.pattern for entry in parameters if entry.lookup and entry.lookup.pattern}
    assert len(patterns) > 10
    assert {re.compile(pattern).groups for pattern in patterns} == {1}
