"""The trade catalogue: the pictures of products and the values of their properties."""
