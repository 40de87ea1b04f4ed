"""Drill reports in words and cells, as records, and encoded as TOML or JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

from console.model.encoding import json_bytes, plain
from console.model.rows import Cell, Tone
from console.model.wording import counted, whole
from console.text import visible
from tracker import Difference, DrilledSession, Ending, Report, to_builtins

VALUE_CELLS: Final = 80
"""The most characters of one field's value in a line for people; a saved report has all of it."""

ENDING_TONES: Final[dict[Ending, Tone]] = {
    Ending.PASSED: "good",
    Ending.FAILED: "bad",
    Ending.SKIPPED: "warn",
}

Whole = Literal["passed", "failed", "stopped"]
"""How drills ended, taken together."""


def report_lines(report: Report) -> list[str]:
    """Returns a report as lines: sessions that did not pass, the checks, and the summary."""
    lines = [
        f"{session.ended:<8} {whole(session.session)}  {reasons(session)}"
        for session in report.sessions
        if session.ended is not Ending.PASSED
    ]
    lines += [cell.text for cell in check_lines(report)]
    lines.append(summary_line(report))
    return lines


def check_lines(report: Report) -> list[Cell]:
    """Returns what must hold of a drill as a whole, a line each: whether it does, and why not."""
    lines = []
    for check in report.checks:
        ending = Ending.PASSED if check.has_passed else Ending.FAILED
        why = f": {whole(check.why)}" if check.why else ""
        lines.append(Cell(f"{ending:<8} {check.name}{why}", ENDING_TONES[ending]))
    return lines


def summary_line(report: Report) -> str:
    """Returns what a drill came to, in one line."""
    if report.was_stopped:
        word = "stopped, and failed so far" if has_failed(report) else "stopped, no failure so far"
    elif report.has_passed:
        word = "passed"
    else:
        word = "failed" if has_failed(report) else "failed, nothing could be drilled"
    drilled = counted(report.passed + report.failed, "session")
    load = report.load_time_ns
    parts = [
        f"{drilled} drilled",
        f"{report.failed:,} failed",
        f"{report.skipped:,} skipped",
        "live" if report.where == "live" else "on scratch",
        f"load p50 {time_text(load.p50)}, p99 {time_text(load.p99)}, worst {time_text(load.worst)}",
        f"seed {report.seed}",
        f"{report.duration_ms / 1000:.2f} s",
    ]
    return f"{report.plan} {word}: {'; '.join(parts)}"


def has_failed(report: Report) -> bool:
    """Whether anything of what was done so far has failed."""
    return report.failed > 0 or any(not check.has_passed for check in report.checks)


def whole_ending(reports: Sequence[Report]) -> Whole:
    """Returns how drills ended, taken together: a failure counts before a stop."""
    if any(map(has_failed, reports)):
        return "failed"
    if any(report.was_stopped for report in reports):
        return "stopped"
    return "passed" if reports and all(report.has_passed for report in reports) else "failed"


def ending_words(reports: Sequence[Report]) -> str:
    """Says how drills ended, taken together, in a sentence."""
    drilled = sum(report.passed + report.failed for report in reports)
    failed = sum(report.failed for report in reports)
    wrong = sum(not check.has_passed for report in reports for check in report.checks)
    sessions = counted(drilled, "session")
    if failed or wrong:
        parts = [f"{failed:,} of {sessions} did not come back exactly"] if failed else []
        parts += [f"{counted(wrong, 'check')} did not hold"] if wrong else []
        return f"{'; '.join(parts)}."
    if whole_ending(reports) == "stopped":
        return f"Stopped before the end; {sessions} so far, none failed."
    if whole_ending(reports) == "failed":
        return "Nothing could be drilled."
    return f"{sessions} came back exactly." if drilled else "Every check held."


def drilled_cells(plan: str, session: DrilledSession) -> dict[str, Cell]:
    """Returns the cells of one drilled session, by column.

    Args:
        plan: The plan it was drilled by.
        session: How its drill ended.
    """
    load = time_text(session.load_ns) if session.load_ns else "—"
    return {
        "ended": Cell(session.ended, ENDING_TONES[session.ended]),
        "plan": Cell(plan, "dim"),
        "session": Cell(visible(session.session, 256)),
        "durable": Cell(str(session.durable), "dim"),
        "guards": Cell(str(session.guards), "dim"),
        "spilled": Cell(str(session.spilled), "dim"),
        "load": Cell(load, "dim"),
        "why": Cell(visible(reasons(session), 1_000)),
    }


def compared_text(session: DrilledSession) -> str:
    """Says how much of a session held something that could have been lost.

    Durable fields, guards that had fired, and fields newer than the last checkpoint.
    """
    guards = counted(session.guards, "guard")
    return f"{session.durable} durable, {guards}, {session.spilled} spilled"


def reasons(session: DrilledSession) -> str:
    """Returns why a session's drill ended as it did: the fields that differ, and why."""
    return "; ".join(reason_list(session))


def reason_list(session: DrilledSession) -> list[str]:
    """Returns the fields of a session that differ, one by one, and why its drill ended so."""
    why = [whole(session.why)] if session.why else []
    return [*_fields(session.differences), *why]


def time_text(ns: int) -> str:
    """Returns nanoseconds for people: `39 µs`, `1.2 ms`."""
    if ns < 1_000_000:
        return f"{ns / 1000:.0f} µs"
    return f"{ns / 1_000_000:.1f} ms"


def report_record(report: Report) -> Mapping[str, Any]:
    """Returns a report as a record for JSON."""
    record: Mapping[str, Any] = to_builtins(report)
    return record


def to_json(reports: Iterable[Report]) -> bytes:
    """Returns reports as one JSON array."""
    return json_bytes([report_record(report) for report in reports]) + b"\n"


def to_toml(reports: Iterable[Report]) -> bytes:
    """Returns reports as TOML: a `[[drill]]` each. TOML has no None; it is left out."""
    import tomli_w

    return tomli_w.dumps({"drill": [_known(plain(report_record(one))) for one in reports]}).encode()


def _known(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _known(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_known(inner) for inner in value if inner is not None]
    return value


def _fields(differences: Sequence[Difference]) -> Iterator[str]:
    for one in differences:
        yield f"{one.field}: {_value(one.memory)} in memory, {_value(one.disk)} on disk"


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, list | tuple):
        value = " ".join(map(str, value)) or "none"
    return visible(str(value), VALUE_CELLS)
