"""`python -m mjsim` is the command `mjsim`."""

import sys

from mjsim.cli import main

if __name__ == "__main__":
    sys.exit(main())
