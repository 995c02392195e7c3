"""Programs written with other people's clients; each reads facts about the portal and prints a report as JSON."""
