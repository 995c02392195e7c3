"""The drive: storages, folders, files with their bytes and versions, and the recycle bin."""
