"""Entry point of ``python -m weaver``."""

import sys

from weaver.cli import main

sys.exit(main())
