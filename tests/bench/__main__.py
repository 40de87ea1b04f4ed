"""Runs the benchmark: `python -m tests.bench`. See README.md beside this file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from . import page
from .curve import SIZES, measured
from .curves import CURVES
from .plot import plot
from .report import as_record, as_table, machine
from .row import QUICK, WHOLE, Effort, Measured, Row
from .rows import ROWS


def main() -> int:
    """Measures rows, or the curves of the plot, and prints or writes what came of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: see that all of it runs")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--rows", default="", help="names of rows or groups, divided by commas")
    parser.add_argument("--plot", action="store_true", help="measure the curves; write plot.svg")
    parser.add_argument("--write", action="store_true", help="write the table into README.md")
    options = parser.parse_args()
    effort = QUICK if options.quick else WHOLE
    if options.plot:
        draw(effort)
        return 0
    try:
        rows = chosen(options.rows)
    except KeyError as error:
        parser.error(
            f"no such row: {error.args[0]}; there are {', '.join(row.name for row in ROWS)}"
        )
    if options.write and (options.quick or len(rows) < len(ROWS)):
        parser.error("--write takes one whole run, of every row")
    results = [_measured(row, effort) for row in rows]
    table = as_table(rows, results)
    if options.json:
        records = [as_record(row, one) for row, one in zip(rows, results, strict=True)]
        print(json.dumps({"machine": machine(), "rows": records}, indent=2, ensure_ascii=False))
    else:
        print(table)
    if options.write:
        page.write("table", f"One run, {machine()}.\n\n{table}")
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


def draw(effort: Effort) -> None:
    """Measures every curve and writes the plot."""
    sizes: Sequence[int] = SIZES[:2] if effort.is_quick else SIZES
    panels = [measured(curve, tuple(sizes), effort) for curve in CURVES]
    svg = plot(panels)
    if effort.is_quick:
        print(svg)
    else:
        page.PLOT.write_text(svg, encoding="utf-8")


def _is_meant(row: Row, name: str) -> bool:
    return row.name == name or row.name.startswith(f"{name}-")


def _measured(row: Row, effort: Effort) -> Measured:
    print(f"{row.name} …", file=sys.stderr, flush=True)
    return row.measure(effort)


if __name__ == "__main__":
    sys.exit(main())
