"""`doctor`: what is wrong in a state directory, how bad it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click

from console.cli.arguments import DIRECTORY, JSON
from console.cli.directory import look_at
from console.cli.errors import FINDINGS, FINE
from console.cli.output import emit, emit_json, narrate, strong, terminal_width
from console.model.findings import tally
from console.model.table import Column, cell_width, lay_out
from console.model.wording import counted, whole
from tracker import Finding, diagnose, is_healthy, to_builtins, wall_clock_ms

COLUMNS: Final = (Column("severity"), Column("session", least=12))
NARROWEST: Final = 24


@click.command("doctor")
@DIRECTORY
@JSON
def doctor(directory: str, as_json: bool) -> int:
    """Examine a state directory and say what to do.

    Changes nothing. Exits 1 where there is more than a note.
    """
    with look_at(directory) as found:
        findings = diagnose(found.store.root, found.survey, wall_clock_ms())
        sessions = len(found.summaries)
    if as_json:
        emit_json([to_builtins(finding) for finding in findings])
    elif findings:
        emit(finding_lines(findings, terminal_width()))
        narrate(tally(findings))
    else:
        emit([f"no findings in {counted(sessions, 'session')}"])
    return FINE if is_healthy(findings) else FINDINGS


def finding_lines(findings: Sequence[Finding], width: int | None) -> list[str]:
    """Returns the findings as lines: what was found, and under it what to do.

    Args:
        findings: The findings, the worst first.
        width: The terminal's width; None for lines as long as they are.
    """
    rows = [(finding.severity, whole(finding.session) or "-") for finding in findings]
    room = None if width is None else max(width // 2, NARROWEST)
    heading, *heads = lay_out(COLUMNS, rows, room).lines
    indent = max(map(cell_width, (heading, *heads))) + 2
    lines = [strong(f"{heading}{' ' * (indent - cell_width(heading))}what, and what to do")]
    for head, finding in zip(heads, findings, strict=True):
        texts = [*_wrapped(whole(finding.what), width, indent)]
        texts += _wrapped(f"→ {whole(finding.advice)}", width, indent)
        lines.append(head + " " * (indent - cell_width(head)) + texts[0])
        lines += [" " * indent + text for text in texts[1:]]
    return lines


def _wrapped(text: str, width: int | None, indent: int) -> list[str]:
    if width is None:
        return [text]
    from textwrap import wrap

    return wrap(text, max(width - indent, NARROWEST)) or [""]
