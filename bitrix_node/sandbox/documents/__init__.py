"""The document generator: DOCX templates, the documents made from them, their numbers and files."""
