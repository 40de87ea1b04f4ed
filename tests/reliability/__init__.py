"""The reliability suite: each promise of the store, broken on purpose, counted.

A row is a function from `quick` to a `RowResult`: how many cases were tried, what was violated.
`python -m tests.reliability` runs rows and prints a line for each; the tests call the same rows.
The tests' own modules are imported by their bare names, so their folder has to be on the path.
"""

import sys
from pathlib import Path

TESTS = Path(__file__).parent.parent

if str(TESTS) not in sys.path:
    sys.path.insert(0, str(TESTS))
