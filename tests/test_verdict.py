"""Verdicts: how a session's memory and its disk compare. Each word of DESIGN.md, section 6."""

from __future__ import annotations

from pathlib import Path

from conftest import Open
from directories import STATE, write_checkpoint, write_original
from feeds import MINUTE_MS, NOW_MS, compact, edit, end, turn

from tracker import Judged, SessionTracker, Survey, Verdict, judge
from tracker.store.files import open_root
from tracker.store.folders import folders_of


def judged(root: Path, tracker: SessionTracker, session: str) -> Judged:
    """How a session's memory and disk compare now."""
    with open_root(str(root)) as folder:
        name = folders_of(session)[0]
        survey = Survey(folder)
        survey.look(name)
        disk = next(iter(survey.summaries), None)
        return judge(tracker.peek(session), disk)


def test_a_session_goes_through_every_verdict_of_a_healthy_life(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.touch("a:b")
    assert judged(root, owner, "a:b") == Judged(Verdict.MEMORY_ONLY)
    owner.handle(edit("a:b", NOW_MS, "x.py"))
    assert judged(root, owner, "a:b") == Judged(
        Verdict.MEMORY_ONLY, ("edit_writes", "edited_files")
    )
    owner.handle(compact("a:b", NOW_MS))
    assert judged(root, owner, "a:b") == Judged(Verdict.CLEAN)
    owner.handle(edit("a:b", NOW_MS, "x.py"))
    assert judged(root, owner, "a:b") == Judged(Verdict.DIRTY, ("edit_writes",))
    owner.pin("a:b")
    assert judged(root, owner, "a:b").marks == ("pinned",)
    owner.unpin("a:b")
    owner.evict(["a:b"])
    assert judged(root, owner, "a:b") == Judged(Verdict.DISK_ONLY)
    owner.touch("a:b")
    assert judged(root, owner, "a:b") == Judged(Verdict.CLEAN)
    owner.handle(end("a:b", NOW_MS))
    assert judged(root, owner, "a:b") == Judged(Verdict.DISK_ONLY, marks=("ended",))
    owner.touch("a:b")
    assert judged(root, owner, "a:b") == Judged(Verdict.CLEAN, marks=("ended",))
    owner.handle(turn("a:b", NOW_MS + MINUTE_MS))
    assert judged(root, owner, "a:b") == Judged(Verdict.CLEAN)


def test_behind_and_corrupt_say_why_and_what_can_be_done(root: Path, open_owner: Open) -> None:
    folder = write_original(root, "s-1", NOW_MS)
    owner = open_owner()
    write_checkpoint(folder, "quality-80", NOW_MS)
    behind = judged(root, owner, "s-1")
    assert (behind.verdict, behind.why) == (
        Verdict.BEHIND,
        "the manifest knows 1 checkpoint(s) the state does not",
    )
    (folder / STATE).write_bytes(b'{"some": "json"}')
    corrupt = judged(root, owner, "s-1")
    assert corrupt.verdict is Verdict.CORRUPT
    assert corrupt.why.endswith("; the manifest rebuilds it")
    for path in folder.iterdir():
        if path.name != STATE:
            path.unlink()
    assert judged(root, owner, "s-1").why.endswith("; nothing rebuilds it")


def test_unsafe_says_why_though_the_session_is_in_memory(root: Path, open_owner: Open) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS, 20))
    (root / "s-1" / STATE).unlink()
    (root / "s-1" / STATE).symlink_to("/etc/passwd")
    unsafe = judged(root, owner, "s-1")
    assert unsafe.verdict is Verdict.UNSAFE
    assert "a symbolic link" in unsafe.why


def test_what_a_foreign_writer_changed_is_dirty_by_field(root: Path, open_owner: Open) -> None:
    write_original(root, "s-1", NOW_MS)
    observer = open_owner(read_only=True)
    observer.observe("s-1")
    assert judged(root, observer, "s-1") == Judged(Verdict.CLEAN)
    write_original(root, "s-1", NOW_MS + MINUTE_MS, triggers=("progressive-20",))
    assert judged(root, observer, "s-1").fields == ("last_checkpoint_ms", "last_evaluated_ms")


def test_what_the_tracker_wrote_since_the_survey_counts_as_seen(
    root: Path, open_owner: Open
) -> None:
    owner = open_owner()
    owner.handle(turn("s-1", NOW_MS))
    with open_root(str(root)) as folder:
        before = Survey(folder).summarize("s-1")
    owner.handle(compact("s-1", NOW_MS))
    assert judge(owner.peek("s-1"), before) == Judged(Verdict.CLEAN)
    assert judge(owner.peek("s-1"), None) == Judged(Verdict.CLEAN)
    owner.handle(edit("s-1", NOW_MS, None))
    for disk in (before, None):
        assert judge(owner.peek("s-1"), disk) == Judged(Verdict.DIRTY, ("edit_writes",))


def test_nothing_anywhere_is_disk_only_with_nothing_to_say() -> None:
    assert judge(None, None) == Judged(Verdict.DISK_ONLY)
