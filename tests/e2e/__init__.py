"""A real n8n in a real browser (`make e2e`)."""
