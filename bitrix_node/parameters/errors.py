"""What is wrong with a parameter, in the panel's words."""

from __future__ import annotations


class ParameterError(Exception):
    """A parameter's value cannot be used.

    Attributes:
        parameter: path of the parameter, such as `options.replyId`.
        message: what is wrong, naming the parameter as the panel does.
        advice: how to put it right.
    """

    def __init__(self, parameter: str, message: str, advice: str = "") -> None:
        self.parameter, self.message, self.advice = parameter, message, advice
        super().__init__(message)


class UnusableValue(Exception):
    """Raised by transforms: what the value must be; the reader adds which parameter it is.

    Attributes:
        got: the part of the value that does not suit, where that is not all of it.
    """

    def __init__(self, form: str, got: str = "") -> None:
        self.got = got
        super().__init__(form)


def what_to_enter(description: str | None) -> str:
    """The panel's description of a field as a sentence of a message; empty where there is none."""
    if not description:
        return ""
    return f"What to enter: {description}{'' if description.endswith(('.', '!', '?', ')')) else '.'}"
