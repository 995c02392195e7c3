"""The calendars of the portal: sections, events that repeat and invite, and who is busy when."""
