"""`filexfer.toml`: its settings in one table, from which reading, checking, showing and the documented sample derive."""
