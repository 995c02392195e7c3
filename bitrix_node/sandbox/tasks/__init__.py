"""Tasks: their fields as data, the rules that guard them, and both spellings of the API over the same records."""
