"""Pages about the actions, one a resource, written from the definitions and the cases that test them.

`python -m tools.action_pages` writes `docs/actions/`; a test holds the pages against what it would write.
"""
