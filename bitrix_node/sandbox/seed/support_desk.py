"""Grows a support desk from a few numbers: its clients, its open-line chats, and the export of its closed tickets.

The chats of the demo portal and `examples/closed_tickets.jsonl` come from the same rule, so they always fit together.
Everything is reckoned from the rule by plain arithmetic: the same rule gives the same desk on every machine.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.openlines.sessions import Session

Record = dict[str, Any]
Rule = dict[str, Any]

RULE_FILE = Path(__file__).parent / "demo" / "60_support_desk.yaml"
_AGENT_OWNS_EVERY = 4
_CLIENT_STRIDE, _AGENT_STRIDE, _SUBJECT_STRIDE, _CHANNEL_STRIDE, _NAME_STRIDE = 37, 5, 7, 3, 7


@dataclass(frozen=True, slots=True)
class Ticket:
    """One request for support and the chat in which it was handled.

    Attributes:
        index: its place in the desk's history, from 0.
    """

    index: int
    number: str
    chat_id: int
    client_id: int
    agent_id: int
    channel: str
    connector: str
    subject: str
    opened: datetime
    closed: datetime


@dataclass(frozen=True)
class SupportDesk:
    """A support desk reckoned from a rule.

    Attributes:
        rule: the parameters in `demo/60_support_desk.yaml`.
    """

    rule: Rule

    @classmethod
    def of_demo(cls) -> SupportDesk:
        """The desk of the demo company."""
        document = yaml.safe_load(RULE_FILE.read_text(encoding="utf-8"))
        return cls(document["rules"]["support_desk"])

    @cached_property
    def tickets(self) -> list[Ticket]:
        """All tickets, oldest first, open ones last."""
        return [self._ticket(index) for index in range(self.rule["tickets"]["count"])]

    def records(self) -> dict[str, list[Record]]:
        """What the portal holds of this desk.

        Returns:
            records by collection: the clients among the users, the chats, their sessions, and the messages said there.
        """
        kept = [ticket for ticket in self.tickets if ticket.index not in self._oddity("chat_deleted")]
        return {
            "users": [self._client(place) for place in range(self.rule["clients"]["count"])],
            "chats": [self._chat(ticket) for ticket in kept],
            "openline_sessions": [asdict(self._session(ticket)) for ticket in kept],
            "messages": [message for ticket in kept for message in self._messages(ticket)],
        }

    def export(self) -> list[Record]:
        """The closed tickets as the desk's software writes them out, mistakes included.

        Returns:
            one row a ticket with `ticket`, `closedAt`, `subject`, `chatId`, `clientId`, `agentId` and `channel`.
        """
        still_open = self.rule["tickets"]["still_open"]
        rows: list[Record] = []
        for ticket in self.tickets[: len(self.tickets) - still_open]:
            row = self._exported(ticket)
            rows.append(row)
            if ticket.index in self._oddity("exported_twice"):
                rows.append(dict(row))
        return rows

    def _oddity(self, name: str) -> list[int]:
        numbers: list[int] = self.rule["oddities"][name]
        return numbers

    def _ticket(self, index: int) -> Ticket:
        tickets, clients = self.rule["tickets"], self.rule["clients"]
        opened = datetime.fromisoformat(tickets["first_opened"]) + timedelta(minutes=tickets["every_minutes"] * index)
        channels = list(self.rule["channels"].items())
        channel, connector = channels[index * _CHANNEL_STRIDE % len(channels)]
        return Ticket(
            index=index,
            number=f"T-{tickets['first_number'] + index}",
            chat_id=tickets["first_chat_id"] + index,
            client_id=clients["first_id"] + index * _CLIENT_STRIDE % clients["count"],
            agent_id=self.rule["agents"][index * _AGENT_STRIDE % len(self.rule["agents"])],
            channel=channel,
            connector=connector,
            subject=self.rule["subjects"][index * _SUBJECT_STRIDE % len(self.rule["subjects"])],
            opened=opened,
            closed=opened + timedelta(minutes=23 + index * 17 % 190, seconds=index * 29 % 60),
        )

    def _client(self, place: int) -> Record:
        clients = self.rule["clients"]
        number = clients["first_id"] + place
        first = clients["first_names"][place % len(clients["first_names"])]
        last = clients["last_names"][place * _NAME_STRIDE % len(clients["last_names"])]
        return {
            "id": number,
            "ACTIVE": True,
            "NAME": first,
            "LAST_NAME": last,
            "EMAIL": f"{first}.{last}.{number}@example.net".lower(),
            "EXTERNAL_AUTH_ID": "imconnector",
            "USER_TYPE": "imconnector",
            "UF_DEPARTMENT": [],
            "DATE_REGISTER": "2026-09-01T00:00:00+00:00",
        }

    def _chat(self, ticket: Ticket) -> Record:
        bot = self.rule["bot"]
        owner = ticket.agent_id if ticket.index % _AGENT_OWNS_EVERY == _AGENT_OWNS_EVERY - 1 else bot
        gone = {bot} if ticket.index in self._oddity("bot_not_in_chat") else set()
        gone |= {ticket.client_id} if ticket.index in self._oddity("client_already_removed") else set()
        first, last = self._message_ids(ticket)
        session_data, crm_data = self._session(ticket).entity_data()
        return {
            "id": ticket.chat_id,
            "kind": "lines",
            "owner": ticket.agent_id if owner in gone else owner,
            "created": timestamp(ticket.opened),
            "title": f"{ticket.subject} - {ticket.channel}",
            "description": f"Support request {ticket.number}",
            "color": "#3bc8f5",
            "avatar": "",
            "members": [number for number in (bot, ticket.agent_id, ticket.client_id) if number not in gone],
            "managers": [number for number in dict.fromkeys((owner, bot)) if number not in gone],
            "entity_type": "LINES",
            "entity_id": f"{ticket.connector}|1|{ticket.client_id}|{ticket.chat_id}",
            "entity_data_1": session_data,
            "entity_data_2": crm_data,
            "last_message_id": last,
            "message_count": 2,
            "spoke": {str(ticket.client_id): first, str(bot): last},
            "read": {str(ticket.agent_id): last, str(bot): last},
        }

    def _session(self, ticket: Ticket) -> Session:
        is_open = ticket.index >= len(self.tickets) - self.rule["tickets"]["still_open"]
        return Session(
            id=self.rule["first_session_id"] + ticket.index,
            chat_id=ticket.chat_id,
            config_id=1,
            operator_id=ticket.agent_id,
            created=timestamp(ticket.opened),
            after=self._message_ids(ticket)[0] - 1,
            closed="" if is_open else timestamp(ticket.closed),
            answered=True,
            **self.rule["crm"].get(ticket.index, {}),
        )

    def _messages(self, ticket: Ticket) -> list[Record]:
        said = (
            (ticket.client_id, f"Hello, I need help: {ticket.subject.lower()}.", ticket.opened),
            (self.rule["bot"], self.rule["greeting"], ticket.opened + timedelta(seconds=4)),
        )
        return [
            {
                "id": number,
                "chat_id": ticket.chat_id,
                "author_id": author,
                "date": timestamp(moment),
                "text": text,
                "reply_id": 0,
                "uuid": "",
                "params": {},
            }
            for number, (author, text, moment) in zip(self._message_ids(ticket), said, strict=True)
        ]

    def _message_ids(self, ticket: Ticket) -> tuple[int, int]:
        first = self.rule["first_message_id"] + 2 * ticket.index
        return first, first + 1

    def _exported(self, ticket: Ticket) -> Record:
        zone = timedelta(hours=self.rule["export_utc_offset_hours"])
        local = (ticket.closed.astimezone(UTC) + zone).replace(tzinfo=None)
        row: Record = {
            "ticket": ticket.number,
            "closedAt": f"{local.isoformat(timespec='seconds')}+{int(zone.total_seconds()) // 3600:02}:00",
            "subject": ticket.subject,
            "chatId": ticket.chat_id,
            "clientId": ticket.client_id,
            "agentId": ticket.agent_id,
            "channel": ticket.channel,
        }
        if ticket.index in self._oddity("chat_id_with_prefix"):
            row["chatId"] = f"chat{ticket.chat_id}"
        if ticket.index in self._oddity("client_empty"):
            row["clientId"] = ""
        if ticket.index in self._oddity("client_missing"):
            del row["clientId"]
        return row


def records(rule: Rule) -> dict[str, list[Record]]:
    """Grow the records of a support desk; the seed's `support_desk` rule.

    Args:
        rule: the parameters.

    Returns:
        records by collection.
    """
    return SupportDesk(rule).records()
