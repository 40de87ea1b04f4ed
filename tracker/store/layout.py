"""The layout of `policy-state.json`, as types: the original's nine fields, and Holdfast's one key.

Source: DESIGN.md, section 5; `samples/` for the original's names and types.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

COUNT_MOST: Final = 2**53
"""The largest count and time a record holds: the largest whole number JavaScript counts to."""

Percent = Annotated[int, Meta(ge=0, le=100)]
Count = Annotated[int, Meta(ge=0, le=COUNT_MOST)]
Score = Annotated[int, Meta(ge=0, le=100)] | Annotated[float, Meta(ge=0, le=100)]


class Live(msgspec.Struct, rename="camel", omit_defaults=True):
    """What is newer than the nine fields, and what was sent; a release removes it."""

    guards: tuple[str, ...] = ()
    prior_score: Score | None = None
    last_evaluated_at: Count | None = None
    edit_write_count: Count | None = None
    edited_files_kept: Count | None = None
    edited_files: tuple[str, ...] = ()
    files_beyond: Count | None = None


class Ours(msgspec.Struct, rename="camel", omit_defaults=True, kw_only=True):
    """What Holdfast adds, under one key."""

    # The checksum stands last, so that its place is the last one where its 64 digits stand.
    format: int
    id: str
    seq: Count
    manifest_bytes: Count
    files_beyond: Count = 0
    live: Live | None = None
    sha256: Annotated[str, Meta(min_length=64, max_length=64)]


class Fields(msgspec.Struct, rename="camel"):
    """The original's nine fields, strictly typed."""

    captured_fill_bands: tuple[Percent, ...]
    captured_quality_thresholds: tuple[Percent, ...]
    captured_milestones: tuple[str, ...]
    last_checkpoint_at: Count
    last_evaluated_at: Count
    edit_write_count: Count
    edited_files: tuple[str, ...]
    edit_batch_marker_writes: Count
    edit_batch_marker_files: Count


class FileFields(Fields, rename="camel"):
    """A whole record."""

    holdfast: Ours | None = None


class Probe(msgspec.Struct):
    """As much of a newer format as can be relied on."""

    format: int
    id: str | None = None


class NewerFields(Fields, rename="camel"):
    """A record of a newer format."""

    holdfast: Probe


NINE: Final = Fields.__struct_encode_fields__
"""The original's nine field names, in its order."""

KEY: Final = "holdfast"
