"""Writes closed_tickets.jsonl: a support desk's export of its closed tickets, fitting the demo portal.

python examples/make_closed_tickets.py
"""

from __future__ import annotations

import json
from pathlib import Path

from bitrix_node.sandbox.seed.support_desk import SupportDesk

TARGET = Path(__file__).with_name("closed_tickets.jsonl")


def export_lines() -> str:
    """The export as JSON lines, one closed ticket each."""
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in SupportDesk.of_demo().export())


if __name__ == "__main__":
    TARGET.write_text(export_lines(), encoding="utf-8")
