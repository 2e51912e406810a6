"""Programs that make packages of filexfer, each with one job; `python -m packages` (`make package`) runs them in turn."""
