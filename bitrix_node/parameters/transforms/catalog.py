"""Product field names: the classic spelling (NAME, SECTION_ID) for the current methods (catalog.product.*).

See catalog.product.add and its object description in the REST documentation. Prices are records of their own there
(catalog.price.*), so that fields about them are refused instead of being dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.crm import (
    camel_case,
    field_rows,
    translated_filter,
    translated_order,
)
from bitrix_node.parameters.transforms.general import listed_names

if TYPE_CHECKING:
    from collections.abc import Callable


RENAMED = {
    "CATALOG_ID": "iblockId",
    "DESCRIPTION": "detailText",
    "DESCRIPTION_TYPE": "detailTextType",
    "SECTION_ID": "iblockSectionId",
}
"""Classic names whose current name is another word."""

KEPT_APART = {"PRICE", "CURRENCY_ID", "PRICES", "price", "currencyId", "prices"}
"""Fields of the classic product that the catalog keeps as records of their own."""

_ALWAYS_SELECTED = ("id", "iblockId")


def product_field(name: str) -> str:
    """The current name of a product's field: `SECTION_ID` is `iblockSectionId`, `PROPERTY_258` is `property258`.

    Raises:
        UnusableValue: for the fields about prices.
    """
    if name in KEPT_APART:
        elsewhere = "see 'Price' of the resource Product and catalog.price.*"
        raise UnusableValue(f"fields of the product itself ({name} is kept apart, {elsewhere})")
    return RENAMED.get(name) or camel_case(name)


def product_fields(value: Any) -> dict[str, Any]:
    """The `fields` of catalog.product.add and catalog.product.update, from the panel's rows or a JSON object."""
    return {product_field(name): entry for name, entry in field_rows(value).items()}


def product_filter(value: Any) -> dict[str, Any]:
    """A filter with current names; operators in front of a name stay."""
    return translated_filter(value, product_field)


def product_order(value: Any) -> dict[str, str]:
    """A sort order with current names and directions in small letters."""
    return {name: direction.lower() for name, direction in translated_order(value, product_field).items()}


def product_select(value: Any) -> list[str]:
    """Field names to return; the two that the method insists on come first."""
    return list(dict.fromkeys([*_ALWAYS_SELECTED, *(product_field(name) for name in listed_names(value))]))


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "productFields": product_fields,
    "productFilter": product_filter,
    "productOrder": product_order,
    "productSelect": product_select,
}
