"""`python -m mjsim_contracts check ...` is the command `mjsim check ...`."""

import sys

from mjsim_contracts.cli import main

if __name__ == "__main__":
    sys.exit(main())
