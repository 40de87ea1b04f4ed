"""What a simulated gateway talks about: ids, files, tools, and what is said of them."""

from __future__ import annotations

from random import Random
from typing import Final

AGENTS: Final = ("main", "ops", "research", "docs")
CHANNELS: Final = ("telegram:direct", "discord:channel", "slack:channel", "whatsapp:direct")
JOBS: Final = ("nightly-report", "inbox-triage", "backup-check", "release-notes")

FOLDERS: Final = ("src/billing", "src/api", "src/ui", "src/auth", "tests", "infra", "docs")
STEMS: Final = (
    "invoice", "ledger", "session", "router", "retry", "cache", "theme", "login", "webhook",
    "schema", "migration", "client", "report", "queue",
)  # fmt: skip
ENDINGS: Final = {
    "src/ui": (".tsx", ".css"),
    "infra": (".tf", ".yaml"),
    "docs": (".md",),
}

EDITS: Final = ("Edit", "Edit", "Edit", "Write", "MultiEdit")
OTHERS: Final = ("Bash", "Bash", "Read", "Read", "Read", "Grep", "Glob", "WebFetch", "TodoWrite")

ASKED: Final = (
    "The tests around {file} fail on CI. Find out why and fix the cause, not the test.",
    "Rename the public function in {file} and keep the old name as an alias.",
    "Why does {file} open a second connection? Please explain before you change anything.",
    "Always keep the tests green while you work on {file}.",
    "Make {file} handle an empty reply without a traceback.",
    "Never touch the migrations; {file} is yours.",
)
ANSWERED: Final = (
    "I'll read {file} first, then run the tests beside it.",
    "I decided to keep the retry in {file} and to bound it at three attempts.",
    "Done: {file} now closes the connection on every path. 14 tests pass.",
    "{file} swallowed the error; I let it through and named the file in the message.",
    "I'll edit {file} now and leave its public names as they are.",
)


def uuid_of(rng: Random) -> str:
    """Returns an id in the form of a random UUID."""
    digits = f"{rng.getrandbits(128):032x}"
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def session_id(rng: Random) -> str:
    """Returns a session's id: a UUID mostly, else one of the gateway's own `agent:…` forms."""
    kind = rng.random()
    agent = rng.choice(AGENTS)
    if kind < 0.6:
        return uuid_of(rng)
    if kind < 0.68:
        return f"agent:{agent}:main"
    if kind < 0.78:
        return f"agent:{agent}:cron:{rng.choice(JOBS)}"
    return f"agent:{agent}:{rng.choice(CHANNELS)}:{rng.randrange(10**8, 10**9)}"


def subagent_id(rng: Random, parent: str) -> str:
    """Returns the id of a session that another one fans out to."""
    agent = parent.split(":")[1] if parent.startswith("agent:") else "main"
    return f"agent:{agent}:subagent:{uuid_of(rng)}"


def working_set(rng: Random) -> tuple[str, ...]:
    """Returns the files a session works on."""
    folders = rng.sample(FOLDERS, 2)
    names = {
        f"{(folder := rng.choice(folders))}/{rng.choice(STEMS)}"
        + rng.choice(ENDINGS.get(folder, (".py",)))
        for _ in range(rng.randint(3, 9))
    }
    return tuple(sorted(names))
