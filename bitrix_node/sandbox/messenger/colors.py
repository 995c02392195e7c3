"""The sixteen chat colours that Bitrix24 names, and the hexadecimal value it answers with."""

from __future__ import annotations

from bitrix_node.sandbox.messenger.refusals import Reason, Refusal

COLORS = {
    "RED": "#df532d",
    "GREEN": "#58cc47",
    "MINT": "#4ba984",
    "LIGHT_BLUE": "#3bc8f5",
    "DARK_BLUE": "#2e5aac",
    "PURPLE": "#9f4fb8",
    "AQUA": "#29c4bd",
    "PINK": "#f76187",
    "LIME": "#9dcf00",
    "BROWN": "#ab7761",
    "AZURE": "#048bd0",
    "KHAKI": "#a39b58",
    "SAND": "#e0b66c",
    "MARENGO": "#5b7e91",
    "GRAY": "#909090",
    "GRAPHITE": "#525c69",
}


def named(name: str) -> str:
    """The hexadecimal value of a colour name in any case.

    Raises:
        Refusal: `COLOR_UNKNOWN` for a name outside the table.
    """
    try:
        return COLORS[name.strip().upper()]
    except KeyError:
        raise Refusal(Reason.COLOR_UNKNOWN) from None


def for_number(number: int) -> str:
    """The colour that an account or chat with this id gets when nobody chose one."""
    return tuple(COLORS.values())[number % len(COLORS)]
