"""The timeline of CRM records: entries, and the records on which each of them stands."""
