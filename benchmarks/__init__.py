"""How fast the node is, measured beside other clients on the same work."""
