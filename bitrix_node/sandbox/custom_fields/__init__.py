"""Custom fields: their types, their settings, and how the methods of old and new show them."""
