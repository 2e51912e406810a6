"""`python -m filexfer` is the command `filexfer`."""

import sys

from filexfer.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
