"""Exit codes, the command line's own errors, and which error ends in which code.

    HoldfastError
    ├── AskedWrongError       what was asked can't be done as it was asked
    │   └── UnknownSessionError   no folder of the directory is this session's
    └── OutputError           standard output can't be written
        └── NobodyReadsError  whoever read standard output is gone; nothing to complain of

Source: DESIGN.md, section 8, for the codes 0 to 4; sysexits.h for 70 and 74; for the others the
shell's way, 128 and the signal's number.
"""

from __future__ import annotations

from typing import Final

from tracker import HoldfastError, OwnedError, StoreError

FINE: Final = 0
FINDINGS: Final = 1
USAGE: Final = 2
UNREADABLE: Final = 3
OWNED: Final = 4
CRASHED: Final = 70
OUTPUT_FAILED: Final = 74
INTERRUPTED: Final = 130
BROKEN_PIPE: Final = 141


class AskedWrongError(HoldfastError):
    """What was asked can't be done as it was asked; nothing was done."""


class UnknownSessionError(AskedWrongError):
    """No folder of the directory is this session's."""


class OutputError(HoldfastError):
    """Standard output can't be written: its disk is full, or it is closed."""


class NobodyReadsError(OutputError):
    """Whoever read standard output is gone, as `head` is after ten lines."""


def exit_code_of(error: HoldfastError) -> int:
    """Returns the exit code an error ends in."""
    for kind, code in (
        (OwnedError, OWNED),
        (StoreError, UNREADABLE),
        (NobodyReadsError, BROKEN_PIPE),
        (OutputError, OUTPUT_FAILED),
    ):
        if isinstance(error, kind):
            return code
    return USAGE
