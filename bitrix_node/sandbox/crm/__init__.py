"""CRM records: one store behind the universal `crm.item.*` and the classic `crm.<entity>.*` methods."""
