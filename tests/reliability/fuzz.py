"""Bad state files: fuzzed and hand-made ones, each laid before a real owner.

What a file means is said by `oracle`, which shares no line with Holdfast. A file that means
nothing must be kept, named once, counted, and rebuilt from the manifest or the names of the files
beside it; one that means something must be taken for exactly that.
"""

from __future__ import annotations

import random
from collections import Counter
from itertools import product
from typing import Any

import msgspec
from feeds import compact, edit, end, turn
from msgspec.structs import replace

from tracker import (
    FRESH,
    ChangeKind,
    NewerFormatError,
    SessionState,
    StoreError,
    Survey,
    values_of,
)

from .cases import LATER_MS, SESSION, Case, corpus, original_case, rebuilt_from
from .handmade import HANDMADE
from .lab import Lab, lab
from .mutations import mutate
from .oracle import LARGEST, Meaning, meaning_of, mistyped
from .result import RowResult, Stopwatch, base_seed, keep_found

KEPT = 8


def fuzz(quick: bool) -> RowResult:
    """The row: fuzzed and hand-made bad state files."""
    watch, seed = Stopwatch(), base_seed()
    counts: Counter[str] = Counter()
    violations: list[str] = []
    original = original_case()
    with lab() as made:
        for name, raw in HANDMADE.items():
            for manifest, names in product((original.manifest, None), (original.names, ())):
                case = Case(raw, manifest, names)
                wrong = check(made, case, counts, observed=True)
                if meaning_of(raw).kind != "bad":
                    wrong.append("it is not bad at all")
                violations += [f"{name}: {one}" for one in wrong]
            counts["hand-made files"] += 1
        violations += overfilled(made)
        random_ = random.Random(seed)
        good = corpus()
        for number in range(1_000 if quick else 10_000):
            sound = random_.choice(good)
            case = replace(sound, raw=mutate(sound.raw, random_))
            if (chance := random_.random()) < 0.2:
                case = replace(case, manifest=None)
            elif chance < 0.3 and case.manifest:
                manifest = mutate(case.manifest, random_)
                case = replace(case, manifest=manifest, is_listed=False)
            wrong = check(made, case, counts, observed=number % 4 == 0)
            if wrong:
                keep_found("fuzz", seed + number, to_json(case), wrong)
                violations += [f"case {number}: {one}" for one in wrong]
            counts["fuzzed files"] += 1
    return RowResult("fuzz", dict(sorted(counts.items())), tuple(violations), watch.seconds, seed)


def check(made: Lab, case: Case, counts: Counter[str], *, observed: bool) -> list[str]:
    """Lays a case before everyone; returns what went wrong.

    Args:
        made: The lab.
        case: The case.
        counts: What it came to is counted in it.
        observed: Whether an observer and a survey look at it first.
    """
    made.lay(case)
    meaning = meaning_of(case.raw)
    wrong = []
    try:
        if observed:
            wrong += _observe(made, case, meaning)
        wrong += _own(made, case, meaning, counts)
    except Exception as error:  # noqa: BLE001 - a crash is what this looks for.
        wrong.append(f"crashed: {type(error).__name__}: {error}")
    return wrong


def overfilled(made: Lab) -> list[str]:
    """Puts one bad file after the other in one session's place; returns what was not kept."""
    bad = list(HANDMADE.values())[: 2 * KEPT]
    made.lay(original_case())
    for raw in bad:
        made.owner.evict([SESSION])
        made.lay_state(raw)
        made.clock.advance(1)
        made.owner.touch(SESSION)
    return [] if sorted(made.kept()) == sorted(bad[-KEPT:]) else ["not the last 8 are kept"]


def _observe(made: Lab, case: Case, meaning: Meaning) -> list[str]:
    before = made.files()
    wrong = []
    loaded = made.observer.load(SESSION)
    summary = Survey(made.observer.root).summarize(SESSION)
    if meaning.kind == "bad":
        if loaded is None or loaded.trouble in ("", "behind"):
            wrong.append("an observer was not told")
        if summary.trouble != "corrupt" or not summary.why:
            wrong.append(f"a survey says {summary.trouble or 'nothing'!r}")
        if summary.can_rebuild != any(rebuilt_from(case)):
            wrong.append("a survey is wrong about what rebuilds it")
    elif loaded is not None and loaded.trouble not in ("", "behind"):
        wrong.append(f"an observer was told of a {loaded.trouble!r} that is none")
    for state in (loaded.state if loaded else None, summary.state):
        wrong += mistyped(state) if state is not None else []
    if made.files() != before:
        wrong.append("an observer changed it")
    return wrong


def _own(made: Lab, case: Case, meaning: Meaning, counts: Counter[str]) -> list[str]:
    owner, before = made.owner, made.failures()
    try:
        state = owner.recall(SESSION)
    except NewerFormatError:
        counts["refused, of a newer format"] += 1
        return _refused(made, case, meaning, made.failures() - before)
    except StoreError as error:
        return [f"refused: {error}"]
    wrong = mistyped(state)
    failures = made.failures() - before
    bad = failures - Counter({"behind": failures["behind"]})
    if meaning.kind == "bad":
        counts["rebuilt"] += 1
        wrong += _rebuilt(made, case, state, bad)
    elif meaning.kind == "newer":
        wrong.append("taken though its format is newer")
    else:
        counts["taken as they mean"] += 1
        if bad or made.kept():
            wrong.append(f"put aside as {dict(bad)} though it is sound")
        if meaning.session not in (None, SESSION):
            wrong += [] if state == FRESH else ["another session's record was used"]
        elif not _is_meant(state, meaning.state, case):
            wrong.append(f"taken for {state}, which it does not mean")
    return wrong + _goes_on(made, case, state, meaning)


def _refused(made: Lab, case: Case, meaning: Meaning, failures: Counter[str]) -> list[str]:
    wrong = []
    if meaning.kind != "newer":
        wrong.append("refused as of a newer format, which it is not")
    if failures != Counter({"newer-format": 1}):
        wrong.append(f"a refusal was counted as {dict(failures)}")
    if made.state() != case.raw or SESSION in made.owner:
        wrong.append("a refusal changed something")
    return wrong


def _rebuilt(made: Lab, case: Case, state: SessionState, bad: Counter[str]) -> list[str]:
    wrong = []
    if sum(bad.values()) != 1:
        wrong.append(f"a silent reset: counted as {dict(bad)}")
    named = [change for change in made.told if change.kind is ChangeKind.LOAD_FAILED]
    if len(named) != 1 or not named[0].why:
        wrong.append(f"named {len(named)} times")
    if made.kept() != [case.raw]:
        wrong.append(f"not kept: {len(made.kept())} files")
    got, wanted = _once_only(state), rebuilt_from(case)
    is_all = all(least <= there for least, there in zip(wanted, got, strict=True))
    if not is_all or (case.is_listed and got != wanted):
        wrong.append(f"rebuilt as {got} instead of {wanted}")
    return wrong


def _goes_on(made: Lab, case: Case, state: SessionState, meaning: Meaning) -> list[str]:
    """Evicts, comes back, captures and ends: nothing is told twice, nothing comes again."""
    owner, before = made.owner, made.failures()
    wrong = []
    owner.evict([SESSION])
    if (again := owner.recall(SESSION)) != state:
        wrong.append(f"came back as {again} instead of {state}")
    captured = values_of(state.bands)
    effects = owner.handle(turn(SESSION, LATER_MS, max(captured, default=0), 100))
    triggers = {effect.trigger for effect in effects}
    if again := triggers & {f"progressive-{band}" for band in captured}:
        wrong.append(f"captured again: {again}")
    owner.handle(edit(SESSION, LATER_MS, "later.py"))
    owner.handle(compact(SESSION, LATER_MS))
    state = owner.recall(SESSION)
    owner.evict([SESSION])
    if owner.recall(SESSION) != replace(state, edit_writes=min(state.edit_writes, LARGEST)):
        wrong.append("what was written after it came back otherwise")
    owner.handle(end(SESSION, LATER_MS))
    failures = made.failures() - before
    del failures["behind"]
    if failures:
        wrong.append(f"told of again: {dict(failures)}")
    if meaning.session in (None, SESSION):
        written = meaning_of(made.state())
        if (written.kind, written.session) != ("ours", SESSION):
            wrong.append(f"what stands there in the end is {written.kind}")
    elif made.state() != case.raw:
        wrong.append("another session's record was changed")
    return wrong


def _once_only(state: SessionState) -> tuple[set[int], set[int], set[str]]:
    return set(values_of(state.bands)), set(values_of(state.thresholds)), set(state.milestones)


def _is_meant(state: SessionState, meant: SessionState, case: Case) -> bool:
    """Whether a state is what its file means, or that caught up with the manifest."""
    caught_up = _once_only(state)
    least = _once_only(meant)
    most = tuple(one | other for one, other in zip(least, rebuilt_from(case), strict=True))
    if not all(low <= got for low, got in zip(least, caught_up, strict=True)):
        return False
    if case.is_listed and not all(got <= high for got, high in zip(caught_up, most, strict=True)):
        return False
    if state.last_checkpoint_ms < meant.last_checkpoint_ms:
        return False
    names = ("bands", "thresholds", "milestones", "last_checkpoint_ms")
    markers = ("marker_writes", "marker_files")
    alike = replace(state, **{name: getattr(meant, name) for name in names + markers})
    return alike == meant


def to_json(case: Case) -> dict[str, Any]:
    """A case as a fixture keeps it."""
    values: dict[str, Any] = msgspec.to_builtins(case)
    return values


def replay(found: dict[str, Any]) -> list[str]:
    """Tries a case of a fixture again."""
    with lab() as made:
        case = msgspec.convert(found, Case)
        return check(made, case, Counter(), observed=True)
