"""The data storages of applications: storages with rights, their properties, sections and items."""
