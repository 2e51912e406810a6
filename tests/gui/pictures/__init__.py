"""The pictures of `tests.gui.screenshots`: everything on them is real, an agent, a second server, files and transfers."""
