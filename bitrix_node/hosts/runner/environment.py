"""Reads settings from environment variables, or from the files that `NAME_FILE` variables point to.

n8n lets any setting come from a file (Docker and Kubernetes secrets); this runner does the same. Faults are
collected, not raised one by one, so that a person can put all of them right at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRUE = frozenset({"true", "1", "yes", "on"})
_FALSE = frozenset({"false", "0", "no", "off"})


class Environment:
    """A view of environment variables that answers with typed values and remembers what was wrong.

    Attributes:
        faults: What was wrong so far, each naming the variable, its value and what is allowed.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """Returns the variable's value, else the content of the file that `{name}_FILE` names, else the default.

        Surrounding white space is dropped: a secret written by `echo` ends in a line break.
        """
        if value := self._variables.get(name, "").strip():
            return value
        if path := self._variables.get(f"{name}_FILE", "").strip():
            return self._content(f"{name}_FILE", path)
        return default

    def number(self, name: str, default: int, *, minimum: int, maximum: int | None = None) -> int:
        """Returns a whole number between the bounds, or the default when the variable is unset or faulty."""
        text = self.text(name)
        if not text:
            return default
        allowed = f"a whole number from {minimum}" + (f" to {maximum}" if maximum is not None else " up")
        if not text.isascii() or not text.removeprefix("-").isdigit():
            self._fault(name, text, allowed)
            return default
        value = int(text)
        if value < minimum or (maximum is not None and value > maximum):
            self._fault(name, text, allowed)
            return default
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Returns a yes or no, or the default when the variable is unset or faulty."""
        text = self.text(name)
        if not text:
            return default
        if text.lower() in _TRUE | _FALSE:
            return text.lower() in _TRUE
        self._fault(name, text, "true or false")
        return default

    def choice(self, name: str, default: str, options: tuple[str, ...]) -> str:
        """Returns one of the options, in lower case, or the default when the variable is unset or faulty."""
        text = self.text(name, default).lower()
        if text in options:
            return text
        self._fault(name, text, f"one of {', '.join(options)}")
        return default

    def http_address(self, name: str, default: str) -> str:
        """Returns an `http://` or `https://` address without a trailing slash, or the default when it is faulty."""
        text = self.text(name, default)
        allowed = f"an address like {default}"
        try:
            parts = urlsplit(text)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            self._fault(name, text, allowed)
            return default
        if parts.username is not None or parts.password is not None:
            self.faults.append(f"{name} holds a user name or password. Allowed: {allowed}, without them.")
            return default
        if not usable or parts.query or parts.fragment:
            self._fault(name, text, allowed)
            return default
        return text.rstrip("/")

    def _content(self, name: str, path: str) -> str:
        try:
            text = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            cause = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            self.faults.append(f"{name} is {path!r}, which cannot be read ({cause}). Allowed: the path of a text file.")
            return ""
        if not text:
            self.faults.append(f"{name} is {path!r}, which is empty. Allowed: the path of a file that holds the value.")
        return text

    def _fault(self, name: str, value: str, allowed: str) -> None:
        source = name if self._variables.get(name, "").strip() else f"{name}_FILE"
        self.faults.append(f"{source} is {value!r}. Allowed: {allowed}.")
