"""Slash commands that a chatbot offers."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database


@dataclass(slots=True)
class Command:
    """One command.

    Attributes:
        name: without the slash.
        titles: what it does, by language code.
        hints: its parameters, by language code.
        handler: address the old API delivers its use to.
    """

    id: int
    bot_id: int
    name: str
    titles: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    common: bool = False
    hidden: bool = False
    extranet_support: bool = False
    handler: str = ""

    def describe(self) -> dict[str, Any]:
        """The command object of `imbot.v2.*`."""
        return {
            "id": self.id,
            "botId": self.bot_id,
            "command": f"/{self.name}",
            "common": self.common,
            "hidden": self.hidden,
            "extranetSupport": self.extranet_support,
        }


def load(database: Database, command_id: int) -> Command | None:
    """The command with this id, or None."""
    record = database.collection("bot_commands").get(command_id)
    return Command(**record) if record else None


def of_bot(database: Database, bot_id: int) -> list[Command]:
    """A bot's commands, oldest first."""
    return [Command(**record) for record in database.collection("bot_commands").find(bot_id=bot_id)]


def named(database: Database, bot_id: int, name: str) -> Command | None:
    """A bot's command by its name, with or without the slash; None when it has no such command."""
    bare = name.strip().removeprefix("/")
    return next((command for command in of_bot(database, bot_id) if command.name == bare), None)


def register(database: Database, command: Command) -> Command:
    """Store a new command; one that the bot has already under that name is replaced and keeps its id."""
    known = named(database, command.bot_id, command.name)
    if known is None:
        record = {key: value for key, value in asdict(command).items() if key != "id"}
        command.id = database.collection("bot_commands").insert(record)
    else:
        command.id = known.id
        save(database, command)
    return command


def save(database: Database, command: Command) -> None:
    """Write a command back as it now is."""
    database.collection("bot_commands").update(command.id, asdict(command))


def unregister(database: Database, command: Command) -> None:
    """Remove a command."""
    database.collection("bot_commands").delete(command.id)
