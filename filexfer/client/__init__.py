"""The other end: sessions with a server, transfers of files, and the engine with its queue."""
