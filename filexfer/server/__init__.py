"""The threaded server: sockets and threads around the methods of `service`."""
