"""The REST methods, one module an area; each declares itself with `registry.method`."""
