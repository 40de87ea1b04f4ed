"""The audit file: two lines an action, the first before it; what can't be recorded is refused."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import resource
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from console_values import HOSTILE
from faulty_os import FaultyOs, Watch, fail

from console.acting.audit import AuditError, AuditFile, Intent, Who, who_runs
from console.acting.deed import Action
from tracker import Outcome

REPOSITORY = Path(__file__).parent.parent
NOON_MS = 1_795_262_400_000
WHO = Who("ada", 1000, 42, "grace")
NOTHING_DONE = "nothing was done, because it could not be recorded: "


def audit_at(path: Path, **options: Any) -> AuditFile:
    return AuditFile(path, lambda: NOON_MS, **{"who": WHO, **options})


def intent(*ids: str, **changed: Any) -> Intent:
    fields = {"action": Action.EVICT, "directory": "/state", "mode": "OWN"}
    return Intent(**{**fields, "ids": ids, **changed})


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]


def refusal(audit: AuditFile) -> str:
    with pytest.raises(AuditError) as caught:
        audit.begin(intent("s-1"))
    assert caught.value.path == str(audit.path)
    words = str(caught.value)
    assert words.startswith(NOTHING_DONE)
    assert "\n" not in words
    return words.removeprefix(NOTHING_DONE)


@contextmanager
def under(monkeypatch: pytest.MonkeyPatch, watch: Watch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setattr("console.acting.audit.os", FaultyOs(watch))
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "holdfast" / "audit.jsonl"


# -- what is written --------------------------------------------------------------------------


def test_an_action_is_two_lines_that_one_id_holds_together(path: Path) -> None:
    audit = audit_at(path)
    action_id = audit.begin(intent("s-1", "s-2", reason="too cold", facts={"capacity": 5}))
    (begun,) = records(path)
    assert begun == {
        "phase": "begin",
        "action_id": action_id,
        "at": "2026-11-21T12:00:00.000Z",
        "at_ms": NOON_MS,
        "who": {"user": "ada", "uid": 1000, "pid": 42, "sudo_user": "grace"},
        "directory": "/state",
        "mode": "OWN",
        "action": "evict",
        "count": 2,
        "ids": ["s-1", "s-2"],
        "reason": "too cold",
        "facts": {"capacity": 5},
    }
    outcomes = [Outcome("s-1", True, "a note"), Outcome("s-2", False, "pinned; unpin it first")]
    audit.end(action_id, outcomes, facts={"evicted_ids": []})
    assert records(path)[1] == {
        "phase": "end",
        "action_id": action_id,
        "at": "2026-11-21T12:00:00.000Z",
        "at_ms": NOON_MS,
        "done": 1,
        "refused": 1,
        "refused_ids": [{"id": "s-2", "why": "pinned; unpin it first"}],
        "error": "",
        "facts": {"evicted_ids": []},
    }


def test_what_was_not_given_is_left_out_and_no_two_actions_share_an_id(path: Path) -> None:
    audit = audit_at(path)
    ids = {audit.begin(intent("s-1")) for _ in range(20)}
    assert len(ids) == 20
    assert {"reason", "facts"}.isdisjoint(records(path)[0])


def test_every_id_is_named_however_many_there_are(path: Path) -> None:
    names = tuple(f"session-{number}" for number in range(20_000))
    audit_at(path).begin(intent(*names))
    (begun,) = records(path)
    assert begun["count"] == 20_000
    assert tuple(begun["ids"]) == names


def test_whatever_the_ids_hold_printing_the_file_sends_a_terminal_nothing_but_ascii(
    path: Path,
) -> None:
    hostile = (*HOSTILE, "lone\udc80surrogate", "nul\0", "del\x7f")
    audit = audit_at(path)
    action_id = audit.begin(intent(*hostile, directory="/st\udcffate", reason="\x1b[2J"))
    audit.end(action_id, [Outcome(one, False, one) for one in hostile], error="\x9b31m")
    assert re.fullmatch(rb"(?:[ -~]+\n){2}", path.read_bytes())
    begun, ended = records(path)
    assert tuple(begun["ids"]) == hostile
    assert [one["id"] for one in ended["refused_ids"]] == list(hostile)


def test_the_directory_is_written_down_whole_however_it_was_typed(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    audit_at(path).begin(intent("s-1", directory="../state"))
    (begun,) = records(path)
    assert begun["directory"] == str(tmp_path.parent / "state")


def test_it_says_who_runs_the_console_and_whose_session_a_sudo_was() -> None:
    who = who_runs({"SUDO_USER": "ada"})
    assert (who.uid, who.pid, who.sudo_user) == (os.getuid(), os.getpid(), "ada")
    assert who.user
    assert who_runs({}).sudo_user == ""


def test_a_user_without_a_name_is_named_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.acting.audit.os.getuid", lambda: 987_654_321)
    assert who_runs({}).user == "987654321"


# -- the file ---------------------------------------------------------------------------------


def test_the_file_and_its_folder_are_their_users_alone(path: Path) -> None:
    audit_at(path).begin(intent("s-1"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_and_a_folder_that_others_could_read_are_tightened(path: Path) -> None:
    path.parent.mkdir(mode=0o755, parents=True)
    path.parent.chmod(0o755)
    path.write_text('{"phase":"begin"}\n')
    path.chmod(0o644)
    audit_at(path).begin(intent("s-1"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert records(path)[0] == {"phase": "begin"}


def test_a_line_is_one_write_and_is_synced_before_the_action_may_run(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    with under(monkeypatch, lambda name, args, options: calls.append(name)):
        audit_at(path).begin(intent(*map(str, range(5_000))))
        # Of a new file, its folder too.
        assert [one for one in calls if one in ("write", "fsync")][-3:] == [
            "write",
            "fsync",
            "fsync",
        ]
        calls.clear()
        audit_at(path).begin(intent("s-1"))
        assert [one for one in calls if one in ("write", "fsync")] == ["write", "fsync"]


def test_the_line_that_a_crash_tore_is_closed_off_and_stays(path: Path) -> None:
    audit = audit_at(path)
    audit.begin(intent("s-1"))
    with path.open("ab") as file:
        file.write(b'{"phase":"end","action_')
    audit.begin(intent("s-2"))
    first, torn, last = path.read_bytes().splitlines()
    assert json.loads(first)["ids"] == ["s-1"]
    assert torn == b'{"phase":"end","action_'
    assert json.loads(last)["ids"] == ["s-2"]


def test_consoles_that_act_at_once_never_mix_their_lines(path: Path) -> None:
    script = (
        "import sys, pathlib\n"
        "from console.acting.audit import AuditFile, Intent\n"
        "from console.acting.deed import Action\n"
        "audit = AuditFile(pathlib.Path(sys.argv[1]), lambda: 0)\n"
        "sys.stdin.read(1)\n"
        "for number in range(15):\n"
        "    ids = tuple(f'{sys.argv[2]}-{number}-{one}' for one in range(20_000))\n"
        "    audit.end(audit.begin(Intent(Action.EVICT, ids, '/state', 'OWN')))\n"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(path), name], stdin=subprocess.PIPE, cwd=REPOSITORY
        )
        for name in ("one", "two")
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write(b"\n")
        child.stdin.close()
    assert [child.wait(60) for child in children] == [0, 0]
    written = records(path)
    assert len(written) == 60
    begun = [one for one in written if one["phase"] == "begin"]
    assert all(one["count"] == len(one["ids"]) == 20_000 for one in begun)
    assert len({one["action_id"] for one in begun}) == 30


# -- what refuses an action -------------------------------------------------------------------


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link_to_a_file(path: Path) -> None:
    path.with_name("elsewhere").touch()
    path.symlink_to(path.with_name("elsewhere"))


def second_name(path: Path) -> None:
    path.touch()
    path.with_name("other").hardlink_to(path)


def folder(path: Path) -> None:
    path.mkdir()


def listening_socket(path: Path) -> None:
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (fifo, "not a regular file; move it away"),
        (link_to_a_file, "move it away; a new one is made"),
        (second_name, "it has 2 hard links instead of one; remove the others"),
        (folder, "Is a directory; move it away"),
        (listening_socket, "move it away; a new one is made"),
    ],
)
def test_what_is_no_plain_file_of_ours_refuses_the_action_and_says_what_to_do(
    path: Path, make: Callable[[Path], None], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parents[2])
    path.parent.mkdir(parents=True)
    make(path)
    words = refusal(audit_at(path))
    assert words.startswith(f"{path}: ")
    assert why in words
    for entry in path.parent.iterdir():
        assert not entry.is_file() or entry.read_bytes() == b""


def test_a_folder_that_is_none_refuses_the_action(path: Path) -> None:
    path.parent.parent.mkdir(parents=True)
    path.parent.touch()
    assert refusal(audit_at(path)) == f"{path.parent}: not a folder; move away what stands there"


def test_a_file_of_another_user_refuses_the_action_and_stays_as_it_is(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = audit_at(path)
    audit.begin(intent("s-1"))
    path.chmod(0o644)
    before = path.read_bytes()
    us = os.geteuid()
    monkeypatch.setattr("console.acting.audit.os.geteuid", lambda: us + 1)
    words = refusal(audit)
    assert words.startswith(f"{path.parent}: it belongs to user {us}, not to user {us + 1}")
    assert "run it as that user" in words
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize(
    ("code", "call", "advice"),
    [
        (errno.EACCES, "open", "make it writable for this user"),
        (errno.EROFS, "open", "XDG_STATE_HOME"),
        (errno.ENOSPC, "write", "free some space there"),
        (errno.EIO, "fsync", "see to it and try again"),
        (errno.EMFILE, "open", "see to it and try again"),
    ],
)
def test_a_line_that_cannot_be_made_durable_refuses_the_action(
    path: Path, monkeypatch: pytest.MonkeyPatch, code: int, call: str, advice: str
) -> None:
    audit = audit_at(path)
    audit.begin(intent("s-1"))
    with under(monkeypatch, fail(code, call)):
        words = refusal(audit)
    assert words.startswith(f"{path}: {os.strerror(code)}; ")
    assert advice in words


def test_a_write_that_comes_short_refuses_the_action_and_the_next_line_is_whole(
    path: Path,
) -> None:
    audit = audit_at(path)
    audit.begin(intent("s-1"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, hard))
    try:
        words = refusal(audit)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "only 10 of " in words
    audit.begin(intent("s-2"))
    first, torn, last = path.read_bytes().splitlines()
    assert len(torn) == 10
    assert [json.loads(one)["ids"] for one in (first, last)] == [["s-1"], ["s-2"]]


def test_another_process_that_holds_the_file_is_waited_for_and_not_for_ever(path: Path) -> None:
    audit = audit_at(path, patience_s=0.05)
    audit.begin(intent("s-1"))
    with path.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        words = refusal(audit)
    assert words.startswith(f"{path}: another process has held it for 0.05 s")
    audit.begin(intent("s-2"))
    assert len(records(path)) == 2


def test_a_disk_without_locks_is_no_reason_to_refuse(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("console.acting.audit.fcntl.flock", flock)
    audit_at(path).begin(intent("s-1"))
    assert len(records(path)) == 1


def test_an_outcome_that_cannot_be_written_says_so_and_not_that_nothing_was_done(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = audit_at(path)
    action_id = audit.begin(intent("s-1"))
    with under(monkeypatch, fail(errno.ENOSPC, "write")), pytest.raises(AuditError) as caught:
        audit.end(action_id)
    assert str(caught.value).startswith("what came of it could not be recorded: ")


def test_no_descriptor_is_left_open_whatever_fails(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audit = audit_at(path)
    audit.begin(intent("s-1"))
    before = set(os.listdir("/dev/fd"))
    for call in ("fstat", "pread", "write", "fsync"):
        with under(monkeypatch, fail(errno.EIO, call)):
            refusal(audit)
    assert set(os.listdir("/dev/fd")) == before
