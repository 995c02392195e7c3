"""The news feed: posts, who may read them, and their comments."""
