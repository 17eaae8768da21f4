"""`python -m kullback` is the `kullback` command."""

import sys

from kullback.app.cli import main

if __name__ == "__main__":
    sys.exit(main())
