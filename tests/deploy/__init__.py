"""The files for those who run n8n in containers, under its launcher, or with systemd."""
