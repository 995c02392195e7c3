"""Short log lines for people, on stderr; the launcher puts them into n8n's own log."""

from __future__ import annotations

import logging
import sys

_FORMAT = "%(asctime)s %(levelname)-7s %(message)s"


def configure_logging(level: int) -> None:
    """Sends what this package logs from the given level up to stderr, without stack traces of other libraries."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(_FORMAT))
    package = logging.getLogger("bitrix_node")
    package.handlers[:] = [handler]
    package.setLevel(level)
    package.propagate = False
