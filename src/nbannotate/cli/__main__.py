"""``python -m nbannotate.cli``."""

import sys

from nbannotate.cli import main

if __name__ == "__main__":
    sys.exit(main())
