"""Runs the benchmark: `python -m tests.bench`. See README.md beside this file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Final

from . import page
from .curve import SIZES, measured
from .curves import CURVES
from .plot import plot
from .report import as_record, as_table, machine
from .row import QUICK, WHOLE, Effort, Measured, Row
from .rows import ROWS

STOPPED: Final = 130
"""The exit code after Ctrl-C: 128 and the number of the signal, as shells count."""


def main() -> int:
    """Measures rows, or the curves of the plot, and prints or writes what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: see that all of it runs")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--rows", default="", help="names of rows or groups, divided by commas")
    parser.add_argument("--plot", action="store_true", help="measure only the curves: plot.svg")
    parser.add_argument("--write", action="store_true", help="rows and curves: README.md, plot.svg")
    options = parser.parse_args()
    effort = QUICK if options.quick else WHOLE
    try:
        rows = chosen(options.rows)
    except KeyError as error:
        parser.error(
            f"no such row: {error.args[0]}; there are {', '.join(row.name for row in ROWS)}"
        )
    if options.write and (options.quick or len(rows) < len(ROWS)):
        parser.error("--write takes one whole run, of every row")
    try:
        if options.plot and not options.write:
            _show_plot(drawn(effort), effort)
        else:
            _run(rows, effort, as_json=options.json, writes=options.write)
    except KeyboardInterrupt:
        print("stopped; nothing was written", file=sys.stderr)
        return STOPPED
    return 0


def chosen(names: str) -> tuple[Row, ...]:
    """Returns the rows named, or in a group named, in the table's order; all where none is.

    Raises:
        KeyError: If a name is neither; carries the name.
    """
    if not names:
        return ROWS
    asked = names.split(",")
    for name in asked:
        if not any(_is_meant(row, name) for row in ROWS):
            raise KeyError(name)
    return tuple(row for row in ROWS if any(_is_meant(row, name) for name in asked))


def drawn(effort: Effort) -> str:
    """Measures every curve; returns the plot as SVG."""
    sizes: Sequence[int] = SIZES[:2] if effort.is_quick else SIZES
    return plot([measured(curve, tuple(sizes), effort, _tell) for curve in CURVES])


def _run(rows: Sequence[Row], effort: Effort, *, as_json: bool, writes: bool) -> None:
    """Measures rows and prints them; where it `writes`, the curves too, and the page last."""
    results = [_measured(row, effort, f"{n} of {len(rows)}") for n, row in enumerate(rows, 1)]
    table = as_table(rows, results)
    if as_json:
        records = [as_record(row, one) for row, one in zip(rows, results, strict=True)]
        print(json.dumps({"machine": machine(), "rows": records}, indent=2, ensure_ascii=False))
    else:
        print(table)
    if writes:
        svg = drawn(effort)
        page.write("table", f"One run, {machine()}.\n\n{table}")
        _show_plot(svg, effort)


def _show_plot(svg: str, effort: Effort) -> None:
    if effort.is_quick:
        print(svg)
    else:
        page.PLOT.write_text(svg, encoding="utf-8")


def _is_meant(row: Row, name: str) -> bool:
    return row.name == name or row.name.startswith(f"{name}-")


def _measured(row: Row, effort: Effort, which: str) -> Measured:
    _tell(f"{row.name}, {which}")
    return row.measure(effort)


def _tell(what: str) -> None:
    print(f"{what} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
