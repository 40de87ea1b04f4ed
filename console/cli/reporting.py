"""Drill reports: as lines for people, as records for JSON, and saved as TOML or JSON."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from console.cli.errors import AskedWrongError
from console.cli.output import counted, json_bytes, plain, whole
from console.text import visible
from tracker import Difference, Ending, Report, to_builtins

VALUE_CELLS: Final = 80
"""The most characters of one field's value in a line for people; a saved report has all of it."""

SUFFIXES: Final = (".toml", ".json")


def report_lines(report: Report) -> list[str]:
    """Returns a report as lines: sessions that did not pass, the checks, and the summary."""
    lines = [
        f"{session.ended:<8} {whole(session.session)}  {_reasons(session.differences, session.why)}"
        for session in report.sessions
        if session.ended is not Ending.PASSED
    ]
    for check in report.checks:
        ending = Ending.PASSED if check.has_passed else Ending.FAILED
        why = f": {whole(check.why)}" if check.why else ""
        lines.append(f"{ending:<8} {check.name}{why}")
    lines.append(summary_line(report))
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


def time_text(ns: int) -> str:
    """Returns nanoseconds for people: `39 µs`, `1.2 ms`."""
    if ns < 1_000_000:
        return f"{ns / 1000:.0f} µs"
    return f"{ns / 1_000_000:.1f} ms"


def report_record(report: Report) -> Mapping[str, Any]:
    """Returns a report as a record for JSON."""
    record: Mapping[str, Any] = to_builtins(report)
    return record


def check_target(path: str, drilled: str | None) -> None:
    """Refuses a place for a report before any work is done for it.

    Args:
        path: Where the report is to go.
        drilled: The directory of which nothing may change; None where there is none.

    Raises:
        AskedWrongError: If its ending is neither .toml nor .json, no file can be there, or it
            would change the directory.
    """
    if not path.endswith(SUFFIXES):
        raise AskedWrongError(f"{path}: a report ends in .toml or .json")
    folder = os.path.realpath(os.path.dirname(path) or ".")
    if not os.path.isdir(folder):
        raise AskedWrongError(f"{path}: no such folder for the report; make it first")
    if os.path.isdir(path):
        raise AskedWrongError(f"{path}: a directory; name a file for the report")
    if drilled is None:
        return
    root = os.path.realpath(os.path.expanduser(drilled))
    if os.path.commonpath((root, folder)) == root:
        raise AskedWrongError(f"{path}: in the directory that is drilled; save it elsewhere")


def save_reports(path: str, reports: Sequence[Report]) -> None:
    """Saves reports, whole or not at all: as JSON where the path ends so, else as TOML.

    Raises:
        AskedWrongError: If the file can't be written; what stood there stands.
    """
    encode = to_json if path.endswith(".json") else to_toml
    data = encode(reports)
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            with open(fd, "wb") as stream:
                stream.write(data)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(temporary, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(temporary)
            raise
    except OSError as error:
        raise AskedWrongError(f"{path}: the report can't be written: {error.strerror}") from None


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


def _reasons(differences: Sequence[Difference], why: str) -> str:
    return "; ".join([*_fields(differences), *([whole(why)] if why else [])])


def _fields(differences: Sequence[Difference]) -> Iterator[str]:
    for one in differences:
        yield f"{one.field}: {_value(one.memory)} in memory, {_value(one.disk)} on disk"


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, list | tuple):
        value = " ".join(map(str, value)) or "none"
    return visible(str(value), VALUE_CELLS)
