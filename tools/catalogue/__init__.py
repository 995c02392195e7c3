"""Makes the catalogue of REST methods from the machine-readable reference: `python -m tools.catalogue REFERENCE`."""
