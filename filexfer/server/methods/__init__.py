"""The methods of protocol.md, grouped by what they are about. Their docstrings are what `system.methodHelp` answers."""
