"""Arguments survive the query string of a batch command, as PHP reads it, or travel alone."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bitrix_node.rest.encoding import as_query, command
from tests.scripted_portal import as_texts, parse_query

NAMES = st.text("abcXÜ💡&=?%+#-_>@!", min_size=1, max_size=8)
"""Names of arguments; brackets are PHP's own, and digits alone are places in a list."""

PLAIN = st.text(max_size=20) | st.integers() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    PLAIN | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(arguments=st.dictionaries(NAMES, VALUES, max_size=5))
def test_what_fits_a_command_arrives_as_it_was(arguments: dict[str, Any]) -> None:
    query = as_query(arguments)
    if query is None:
        return
    method, _, text = command("some.method", query).partition("?")
    assert method == "some.method"
    assert parse_query(text) == _whole_characters(as_texts(arguments))


@given(arguments=st.dictionaries(NAMES, VALUES, min_size=1, max_size=5))
def test_what_a_query_string_cannot_say_does_not_fit(arguments: dict[str, Any]) -> None:
    assert (as_query(arguments) is None) == _says_nothing(arguments)


@given(arguments=st.dictionaries(NAMES, VALUES, min_size=1, max_size=5))
def test_values_are_counted_as_php_does(arguments: dict[str, Any]) -> None:
    query = as_query(arguments)
    if query is not None:
        assert query.values == query.text.count("=")


def _says_nothing(value: Any) -> bool:
    if isinstance(value, dict):
        return not value or any(_says_nothing(entry) for entry in value.values())
    if isinstance(value, list):
        return not value or any(_says_nothing(entry) for entry in value)
    return value is None


def _whole_characters(value: Any) -> Any:
    """Half of a surrogate pair becomes a question mark."""
    if isinstance(value, dict):
        return {name: _whole_characters(entry) for name, entry in value.items()}
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
