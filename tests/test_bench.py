"""The benchmark runs, whatever it finds: every row and curve, and the page that shows one run."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from bench import __main__ as bench_main
from bench import page
from bench.__main__ import chosen, main
from bench.curve import OURS, Curve, Points, measured
from bench.curves import CURVES
from bench.plot import plot
from bench.report import as_record, as_table, cells, figure
from bench.row import QUICK, Effort, Goal, Measured, Row, Spread, compared, is_met, spread
from bench.rows import ROWS

NAMES = [row.name for row in ROWS]


def row_of(goal: Goal, unit: str = "time") -> Row:
    """A row that measures nothing."""
    return Row("r", "what", "that", unit, goal, lambda effort: Measured())  # type: ignore[arg-type]


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_quick_run_measures_every_row_or_says_why_not(row: Row) -> None:
    found = row.measure(QUICK)
    if found.skipped:
        pytest.skip(found.skipped)
    assert found.ours
    assert bool(found.peer) == bool(row.against) or row.goal.kind == "at most"
    assert len(cells(row, found)) == 8
    assert json.dumps(as_record(row, found))


@pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.title)
def test_a_quick_run_draws_every_curve(curve: Curve) -> None:
    points = measured(curve, (100, 200), QUICK)
    assert OURS in points.lines
    document = ElementTree.fromstring(plot([points]))
    texts = [element.text or "" for element in document.iter()]
    assert all(any(name in text for text in texts) for name in (curve.title, *points.lines))


def test_the_page_shows_every_row_and_no_other() -> None:
    table = re.findall(r"^\| `([^`]+)` \|", page.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert table == NAMES


def test_the_plot_on_the_page_shows_every_curve() -> None:
    drawn = page.PLOT.read_text(encoding="utf-8")
    assert all(curve.title in drawn for curve in CURVES)


def test_no_two_rows_have_one_name_and_each_belongs_to_its_group() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert [row.name for row in chosen("touch-2000,handle")] == ["touch-2000", "handle"]
    assert {row.name for row in chosen("touch")} == {n for n in NAMES if n.startswith("touch-")}
    assert chosen("") == ROWS
    with pytest.raises(KeyError, match="nothing"):
        chosen("handle,nothing")


def test_rows_can_be_asked_for_as_json(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", "--quick", "--json", "--rows", "handle"])
    assert main() == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in told["rows"]] == ["handle"]
    assert told["machine"].startswith("Python ")


@pytest.mark.parametrize("arguments", [["--quick", "--write"], ["--write", "--rows", "handle"]])
def test_only_a_whole_run_is_written_to_the_page(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench", *arguments])
    with pytest.raises(SystemExit):
        main()


def test_the_table_and_the_plot_are_written_of_one_run_and_only_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text("<!-- table -->\n<!-- /table -->\n", encoding="utf-8")
    monkeypatch.setattr(page, "PAGE", tmp_path / "README.md")
    monkeypatch.setattr(page, "PLOT", tmp_path / "plot.svg")
    curve = Curve("a curve", "time", lambda size, effort: {OURS: size * 1e-9})
    row = row_of(Goal("at most", 1))
    row = msgspec.structs.replace(row, measure=lambda effort: Measured((0.5,)))
    monkeypatch.setattr(bench_main, "CURVES", (curve,))
    monkeypatch.setattr(bench_main, "ROWS", (row,))
    monkeypatch.setattr(sys, "argv", ["bench", "--write"])
    assert main() == 0
    assert "| `r` |" in (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "a curve" in (tmp_path / "plot.svg").read_text(encoding="utf-8")
    told = capsys.readouterr().err
    assert "r, 1 of 1 …" in told
    assert "a curve, 1,000 …" in told


def test_a_run_that_is_stopped_ends_without_a_traceback_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(size: int, effort: Effort) -> dict[str, float]:
        raise KeyboardInterrupt

    monkeypatch.setattr(page, "PAGE", tmp_path / "README.md")
    monkeypatch.setattr(page, "PLOT", tmp_path / "plot.svg")
    monkeypatch.setattr(bench_main, "CURVES", (Curve("a curve", "time", stop),))
    monkeypatch.setattr(bench_main, "ROWS", ())
    monkeypatch.setattr(sys, "argv", ["bench", "--write"])
    assert main() == 130
    assert list(tmp_path.iterdir()) == []
    assert "stopped" in capsys.readouterr().err


def test_a_part_of_the_page_is_replaced_and_nothing_else() -> None:
    text = "a\n<!-- table -->\nold\n\nolder\n<!-- /table -->\nz\n"
    assert page.replaced(text, "table", r"new \1") == (
        "a\n<!-- table -->\nnew \\1\n<!-- /table -->\nz\n"
    )
    with pytest.raises(ValueError, match="plot"):
        page.replaced(text, "plot", "new")


def test_what_is_compared_is_each_round_with_its_own() -> None:
    found = Measured((2.0, 30.0, 400.0), (1.0, 10.0, 100.0))
    assert compared(Goal("ratio", 3), found) == Spread(3, 2.5, 3.5)
    assert compared(Goal("faster", 3), found).middle == pytest.approx(1 / 3)
    assert compared(Goal("over", 3), found).middle == 20
    assert compared(Goal("at most", 3), found).middle == 30
    assert spread((7.0,)) == Spread(7, 7, 7)


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (Goal("ratio", 3), True),
        (Goal("ratio", 2.9), False),
        (Goal("faster", 1 / 3), True),
        (Goal("faster", 0.4), False),
        (Goal("over", 20), True),
        (Goal("over", 19), False),
        (Goal("at most", 30), True),
        (Goal("at most", 29), False),
        (Goal("at least", 30), True),
        (Goal("at least", 31), False),
    ],
)
def test_a_goal_is_met_by_the_median_of_what_is_compared(goal: Goal, met: bool) -> None:
    found = Measured((2.0, 30.0, 400.0), (1.0, 10.0, 100.0))
    assert is_met(goal, found) is met
    assert cells(row_of(goal), found)[-1] == ("yes" if met else "**no**")


def test_a_row_that_was_not_measured_says_why_and_a_note_stands_below_the_table() -> None:
    row = row_of(Goal("ratio", 3))
    assert "no compiler" in cells(row, Measured(skipped="no compiler"))[-1]
    table = as_table([row], [Measured((1.0,), (1.0,), "noted")])
    assert table.endswith("- `r`: noted")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (61.23e-9, "time", "61.2 ns"),
        (1.5e-6, "time", "1.5 µs"),
        (0.1234, "time", "123 ms"),
        (12, "time", "12 s"),
        (-0.02, "time", "-20 ms"),
        (238.8, "bytes", "239 bytes"),
        (680_484.2, "rate", "680,484 a second"),
        (4.42, "percent", "4.4 %"),
    ],
)
def test_a_figure_has_three_digits_and_its_unit(value: float, unit: str, text: str) -> None:
    assert figure(value, unit) == text  # type: ignore[arg-type]


def test_lines_that_end_at_one_place_are_named_apart() -> None:
    curve = Curve("title <&>", "time", lambda size, effort: {})
    points = Points(curve, (1_000, 2_000), {OURS: (1e-6, 1e-6), "peer": (2e-6, 1e-6)})
    document = ElementTree.fromstring(plot([points]))
    names = {"Holdfast 1 µs", "peer 1 µs"}
    heights = [float(one.attrib["y"]) for one in document.iter() if one.text in names]
    assert len(heights) == 2
    assert abs(heights[0] - heights[1]) >= 12
