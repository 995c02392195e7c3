"""The sandbox portal, spoken to over real HTTP."""
