"""The n8n side: the JavaScript shim, the generated package, the installation."""
