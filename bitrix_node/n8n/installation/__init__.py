"""A real n8n on this machine: installed once, started, driven over HTTP, and stopped without a trace."""
