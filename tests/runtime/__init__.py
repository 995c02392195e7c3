"""The runtime: items in, items out."""
