"""One background process: a server, an engine, and the methods that let a window drive both."""
