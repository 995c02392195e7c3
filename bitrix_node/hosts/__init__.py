"""Who runs the runtime: the command line, n8n's task broker, Python code."""
