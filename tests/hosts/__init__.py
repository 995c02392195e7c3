"""Who runs the runtime: n8n through its jobs, and Python."""
