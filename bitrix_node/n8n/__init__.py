"""n8n: the installable package made from the definitions, and a real n8n to use it in."""
