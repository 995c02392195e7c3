"""Transforms for web addresses and names of REST methods."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from bitrix_node.parameters.errors import UnusableValue

if TYPE_CHECKING:
    from collections.abc import Callable


def web_address(value: Any) -> str:
    """An absolute http or https address."""
    address = split_address(str(value).strip())
    if address is None or address.scheme not in {"http", "https"} or not address.netloc:
        raise UnusableValue("an address that starts with https://")
    return address.geturl()


def rest_method(value: Any) -> str:
    """The name of a REST method, also from an address or a path that ends with it."""
    path, asked, _ = str(value).strip().partition("?")
    name = re.sub(r"\.(json|xml)$", "", path.rstrip("/").rpartition("/")[2])
    if asked or not re.fullmatch(r"[A-Za-z]\w*(\.\w+)*", name):
        raise UnusableValue("the name of a REST method, such as crm.deal.list, without arguments")
    return name


def split_address(text: str) -> SplitResult | None:
    """The parts of an address; `None` for what cannot be one."""
    try:
        return urlsplit(text)
    except ValueError:
        return None


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "restMethod": rest_method,
    "webAddress": web_address,
}
