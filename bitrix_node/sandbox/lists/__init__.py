"""Universal lists: information blocks with fields of many types, sections, elements and rights."""
