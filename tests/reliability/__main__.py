"""Measures the rows of `tests/RELIABILITY.md`: `python -m tests.reliability [--rows A,B]`."""

from __future__ import annotations

import argparse
import sys

from .rows import ROWS


def main() -> int:
    """Runs rows and prints a line for each; the exit code is 1 where something was violated."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("--rows", default=",".join(ROWS), help="names, divided by commas")
    parser.add_argument("--quick", action="store_true", help="the quick tier of each")
    options = parser.parse_args()
    names = options.rows.split(",")
    if unknown := [name for name in names if name not in ROWS]:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    is_broken = False
    for name in names:
        result = ROWS[name](options.quick)
        is_broken |= bool(result.violations)
        print(result, flush=True)
    return 1 if is_broken else 0


if __name__ == "__main__":
    sys.exit(main())
