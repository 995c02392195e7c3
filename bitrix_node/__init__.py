"""Bitrix24 for n8n, the shell and Python: actions described as data, executed by one runtime."""

__version__ = "0.1.0"
