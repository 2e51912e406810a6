"""A folder of a server, as it is seen and changed: list and pictures, the path, preview, properties, trash, undo."""
