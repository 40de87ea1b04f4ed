"""Findings as rows and words: the same finding has the same key, and a key is only offered where
it does something.
"""

from __future__ import annotations

import pytest
from feeds import NOW_MS

from console.model.findings import keyed, remedies, summary_lines, tally
from console.snapshot import Mode
from tracker import Finding, Severity


def finding(
    code: str, session: str = "s-1", severity: Severity = Severity.WARNING, folder: str = ""
) -> Finding:
    return Finding(severity, code, session, folder or session, "what", "advice")


def test_a_finding_keeps_its_key_whatever_stands_before_it() -> None:
    torn, copy = finding("torn-manifest"), finding("collision", folder="s-1 (copy)")
    own = finding("collision")
    (before,) = keyed([torn])
    assert keyed([own, copy, torn])[before] is torn
    assert len(keyed([own, copy, torn])) == 3


def test_what_is_found_twice_alike_is_kept_twice_in_order() -> None:
    first, second = finding("behind"), finding("behind")
    assert list(keyed([first, second]).values()) == [first, second]


def test_a_tally_counts_by_severity_the_worst_first() -> None:
    found = [finding("a"), finding("b", severity=Severity.NOTE), finding("c")]
    assert tally(found) == "2 warnings, 1 note"
    assert tally([]) == ""


@pytest.mark.parametrize(
    ("code", "severity", "mode", "is_read_only", "bindings"),
    [
        ("corrupt", Severity.WARNING, Mode.OWN, False, "session.rehydrate table.open drills"),
        ("corrupt", Severity.WARNING, Mode.DEMO, True, "table.open drills"),
        ("corrupt", Severity.WARNING, Mode.OBSERVE, False, "table.open drills"),
        ("corrupt", Severity.ERROR, Mode.OWN, False, "table.open drills"),
        ("bad-kept", Severity.NOTE, Mode.OWN, False, "table.open prune"),
        ("bad-kept", Severity.NOTE, Mode.OBSERVE, False, "table.open"),
        ("future-stamp", Severity.WARNING, Mode.OWN, False, "table.open"),
    ],
)
def test_a_key_is_offered_only_where_it_does_something(
    code: str, severity: Severity, mode: Mode, is_read_only: bool, bindings: str
) -> None:
    found = remedies(finding(code, severity=severity), mode, is_read_only=is_read_only)
    ids = [one.binding.removeprefix("tracker.").removeprefix("directory.") for one in found]
    assert ids == bindings.split()


def test_what_is_about_the_directory_opens_no_session() -> None:
    owned = Finding(Severity.NOTE, "owned", "", "", "process 7 owns the directory", "nothing")
    assert remedies(owned, Mode.OWN, is_read_only=False) == []


@pytest.mark.parametrize(
    ("severities", "words", "tone"),
    [
        ((), "healthy · examined ", "good"),
        ((Severity.NOTE,), "healthy, 1 note · examined ", "good"),
        ((Severity.WARNING, Severity.NOTE), "1 warning, 1 note · examined ", "warn"),
        ((Severity.ERROR, Severity.WARNING), "1 error, 1 warning · examined ", "bad"),
    ],
)
def test_the_summary_says_how_bad_it_is_and_of_when(
    severities: tuple[Severity, ...], words: str, tone: str
) -> None:
    found = [finding(f"c-{number}", severity=one) for number, one in enumerate(severities)]
    (line,) = summary_lines(found, NOW_MS, NOW_MS + 61_000, "", is_slow=False)
    assert line.text.startswith(words)
    assert line.text.endswith(", 1m ago")
    assert line.tone == tone


def test_before_the_first_examination_nothing_is_claimed() -> None:
    assert summary_lines([], 0, NOW_MS, "", is_slow=False) == []
    (line,) = summary_lines([], 0, NOW_MS, "", is_slow=True)
    assert line.text == "examining…"
