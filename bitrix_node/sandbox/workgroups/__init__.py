"""Workgroups and projects: what they are, who is in them, and how they are shown."""
