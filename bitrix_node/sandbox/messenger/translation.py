"""Turns the messenger's refusals into the error codes of one API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger.refusals import Reason, Refusal

Words = Mapping[Reason, tuple[str, str] | tuple[str, str, int]]
"""For each reason the API's error code, its text, and its HTTP status where that is not 400."""


@contextmanager
def refusals_in(words: Words) -> Iterator[None]:
    """Let refusals leave in the words of an API.

    Args:
        words: that API's codes and texts; it must know every reason that can arise inside.

    Raises:
        RestError: for every `Refusal` raised inside.
    """
    try:
        yield
    except Refusal as refusal:
        raise RestError(*words[refusal.reason]) from refusal
