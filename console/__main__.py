"""`holdfast`: runs the command line, and turns whatever goes wrong into one line and an exit code.

No traceback reaches a user: what nobody foresaw is written to a file of its own, and named.
HOLDFAST_DEBUG=1 shows it instead.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Args:
        arguments: What was given after the program's name; the process's own by default.

    Returns:
        The exit code. See `console.cli.errors`.
    """
    if os.name != "posix":
        print("holdfast: runs on POSIX systems only, such as Linux and macOS", file=sys.stderr)
        return 2
    try:
        from console.cli.run import run

        return run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:  # While modules are still being imported.
        return 130


if __name__ == "__main__":
    sys.exit(main())
