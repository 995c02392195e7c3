"""What is wrong with a credential."""

from __future__ import annotations


class CredentialError(Exception):
    """A credential that cannot be used.

    Attributes:
        message: what is wrong, without the secret.
        advice: the shape it should have, or what to do.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        self.message, self.advice = message, advice
        super().__init__(message)


class ReconnectRequired(CredentialError):
    """The refresh token was refused: only a person can connect the account again."""
