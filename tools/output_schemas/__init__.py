"""What the items of each action look like, gathered from the cases and from the chains that test it.

`python -m tools.output_schemas` tells every chain to the embedded portal, as the tests do, and writes
`node_definitions/outputs/`. Tests hold the files against it: no item of a case or
of a chain has a field that they lack.
"""
