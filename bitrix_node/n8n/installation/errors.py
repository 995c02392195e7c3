"""The one error of this package: what happened to n8n, and what to do about it."""

from __future__ import annotations


class InstallationError(Exception):
    """Installing, starting or driving n8n did not work.

    Attributes:
        remedy: What the reader can do now; empty when the message says it all.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message}\n{self.remedy}" if self.remedy else message
