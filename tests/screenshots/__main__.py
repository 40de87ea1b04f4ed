"""Makes the README's pictures: `python -m tests.screenshots`."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))  # Where the tests' own modules are.
sys.exit(import_module("photographs").main())
