"""The audit file: every action of an operator, in two lines, the first before it is done.

JSON Lines, only ever appended to, readable by its user alone. A `begin` line says who is about to
do what, where, to which sessions; the `end` line with the same `action_id` says what came of it. A
`begin` without an `end` is an action during which the console died.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import pwd
import secrets
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

from console.acting.deed import Action
from tracker import HoldfastError, Outcome, iso_of

PATIENCE_S: Final = 5.0
"""How long another process may be in the middle of its line before an action is refused."""

_RETRY_S: Final = 0.02
_FILE: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_TAKEN: Final = (errno.EWOULDBLOCK, errno.EACCES)

_UNLOCKABLE: Final = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL)
"""What a disk without locks answers. A line there still is one write at the end of the file."""

_ADVICE: Final = {
    errno.ENOSPC: "free some space there",
    errno.EDQUOT: "free some space there",
    errno.ELOOP: "move it away; a new one is made",
    errno.EISDIR: "move it away; a new one is made",
    errno.ENXIO: "move it away; a new one is made",
    errno.EACCES: "make it writable for this user",
    errno.EPERM: "make it writable for this user",
    errno.EROFS: "make that disk writable, or point XDG_STATE_HOME at one that is",
}


class AuditError(HoldfastError):
    """A line of the audit file can't be written. Before an action, the action is refused.

    Attributes:
        path: The audit file.
    """

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.path = path


class Who(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who acts.

    Attributes:
        user: The user's name; the number as text where it has none.
        uid: The user's number.
        pid: The console's process.
        sudo_user: Whose session it is where the console was started through sudo; else empty.
    """

    user: str
    uid: int
    pid: int
    sudo_user: str = ""


def who_runs(environ: Mapping[str, str] = os.environ) -> Who:
    """Returns the user this process runs as."""
    uid = os.getuid()
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = str(uid)
    return Who(user, uid, os.getpid(), environ.get("SUDO_USER", ""))


class Intent(msgspec.Struct, frozen=True):
    """An action that is about to be done.

    Attributes:
        action: Which.
        ids: The sessions it is about, all of them.
        directory: The state directory, as it was typed; written down whole.
        mode: How the console got its tracker.
        reason: The operator's own words; perhaps empty.
        facts: What else tells it apart: a capacity, the size of a plan.
    """

    action: Action
    ids: tuple[str, ...]
    directory: str
    mode: str
    reason: str = ""
    facts: Mapping[str, Any] = {}


class AuditFile:
    """Appends to the audit file; safe to share between threads and between consoles.

    Args:
        path: The file; it and its folder are made where they are missing (0600, 0700).
        clock: Returns Unix ms.
        who: Who acts; the user this process runs as by default.
        patience_s: How long to wait for another process that is writing its line.
    """

    def __init__(
        self,
        path: Path,
        clock: Callable[[], int],
        *,
        who: Who | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.path = path
        self._clock = clock
        self._who = who or who_runs()
        self._patience_s = patience_s

    def begin(self, intent: Intent) -> str:
        """Writes that an action is about to be done, and syncs it to the disk.

        Returns:
            The action's id, for `end`.

        Raises:
            AuditError: If it can't be written; the action must not be done.

        Cost: one sync.
        """
        action_id = secrets.token_hex(8)
        record = {
            **self._head("begin", action_id),
            "who": msgspec.to_builtins(self._who),
            "directory": os.path.abspath(os.path.expanduser(intent.directory)),
            "mode": intent.mode,
            "action": intent.action,
            "count": len(intent.ids),
            "ids": intent.ids,
            **({"reason": intent.reason} if intent.reason else {}),
            **({"facts": dict(intent.facts)} if intent.facts else {}),
        }
        with self._said("nothing was done, because it could not be recorded"):
            self._append(record)
        return action_id

    def end(
        self,
        action_id: str,
        outcomes: Sequence[Outcome] = (),
        *,
        error: str = "",
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """Writes what came of an action, and syncs it to the disk.

        Args:
            action_id: What `begin` returned.
            outcomes: What came of it, one a session; those refused are named with why.
            error: Why it failed as a whole; empty where it didn't.
            facts: What else came of it.

        Raises:
            AuditError: If it can't be written; the action has been done all the same.
        """
        refused = [one for one in outcomes if not one.is_done]
        record = {
            **self._head("end", action_id),
            "done": len(outcomes) - len(refused),
            "refused": len(refused),
            "refused_ids": [{"id": one.session, "why": one.why} for one in refused],
            "error": error,
            **({"facts": dict(facts)} if facts else {}),
        }
        with self._said("what came of it could not be recorded"):
            self._append(record)

    def _head(self, phase: str, action_id: str) -> dict[str, Any]:
        at_ms = self._clock()
        return {"phase": phase, "action_id": action_id, "at": iso_of(at_ms), "at_ms": at_ms}

    @contextmanager
    def _said(self, what: str) -> Iterator[None]:
        """Says what a failed write means, which file it is about, and what can be done."""
        try:
            yield
        except OSError as error:
            why = error.strerror or type(error).__name__
            advice = _ADVICE.get(error.errno or 0, "see to it and try again")
            raise AuditError(f"{what}: {self.path}: {why}; {advice}", str(self.path)) from error
        except _RefusedError as error:
            raise AuditError(f"{what}: {error}", str(self.path)) from None

    def _append(self, record: Mapping[str, Any]) -> None:
        # ASCII alone, so that whatever an id holds, printing the file harms no terminal.
        line = json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        with _closed_after(self._open_folder()) as folder_fd:
            file_fd = os.open(self.path.name, _FILE, 0o600, dir_fd=folder_fd)
            with _closed_after(file_fd):
                status = os.fstat(file_fd)
                _check_file(status, str(self.path))
                if stat.S_IMODE(status.st_mode) & 0o077:
                    os.fchmod(file_fd, 0o600)
                self._lock(file_fd)
                before_bytes = os.fstat(file_fd).st_size
                if before_bytes and os.pread(file_fd, 1, before_bytes - 1) != b"\n":
                    line = b"\n" + line  # A process died in the middle of the line before.
                if (written := os.write(file_fd, line)) != len(line):
                    why = f"only {written:,} of {len(line):,} bytes were written"
                    raise OSError(errno.ENOSPC, why)
                os.fsync(file_fd)
            if not before_bytes:
                os.fsync(folder_fd)

    def _open_folder(self) -> int:
        folder = self.path.parent
        try:
            folder_fd = os.open(folder, _FOLDER)
        except FileNotFoundError:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _closed_after(os.open(folder.parent, _FOLDER)) as above_fd:
                os.fsync(above_fd)
            folder_fd = os.open(folder, _FOLDER)
        except NotADirectoryError:
            raise _RefusedError(f"{folder}: not a folder; move away what stands there") from None
        try:
            status = os.fstat(folder_fd)
            _check_owner(status, str(folder))
            if stat.S_IMODE(status.st_mode) & 0o077:
                os.fchmod(folder_fd, 0o700)
        except BaseException:
            os.close(folder_fd)
            raise
        return folder_fd

    def _lock(self, file_fd: int) -> None:
        """Waits for its turn to append; the lock goes with the descriptor."""
        ends_s = time.monotonic() + self._patience_s
        while True:
            try:
                fcntl.flock(file_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno in _UNLOCKABLE:
                    return
                if error.errno not in _TAKEN:
                    raise
            else:
                return
            if time.monotonic() > ends_s:
                raise _RefusedError(
                    f"{self.path}: another process has held it for {self._patience_s:g} s; end"
                    " that one and try again"
                )
            time.sleep(_RETRY_S)


class _RefusedError(Exception):
    """The file or its folder was refused for what it is; the words name it and what to do."""


def _check_file(status: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise _RefusedError(f"{path}: not a regular file; move it away and a new one is made")
    _check_owner(status, path)
    if status.st_nlink != 1:
        raise _RefusedError(
            f"{path}: it has {status.st_nlink} hard links instead of one; remove the others, or"
            " move it away and a new one is made"
        )


def _check_owner(status: os.stat_result, path: str) -> None:
    if status.st_uid != os.geteuid():
        raise _RefusedError(
            f"{path}: it belongs to user {status.st_uid}, not to user {os.geteuid()} who runs this"
            " console; run it as that user, or point XDG_STATE_HOME at a folder of your own"
        )


@contextmanager
def _closed_after(fd: int) -> Iterator[int]:
    try:
        yield fd
    finally:
        os.close(fd)
