"""What a run cost the portal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_node.portal.calls import Call


@dataclass(slots=True)
class Statistics:
    """Counters of one portal client.

    Attributes:
        requests: HTTP requests sent.
        calls: method calls in them; a batch holds several.
        limited: calls that met the portal's rate limit.
        repeated: calls sent again.
        methods: calls by method.
    """

    requests: int = 0
    calls: int = 0
    limited: int = 0
    repeated: int = 0
    methods: Counter[str] = field(default_factory=Counter)

    def count(self, calls: Sequence[Call]) -> None:
        """Counts one request with these calls."""
        self.requests += 1
        self.calls += len(calls)
        self.methods.update(call.method for call in calls)
