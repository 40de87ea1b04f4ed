"""The banner: what an operator must not miss, in words. Hidden while all is well."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from console.snapshot import Face, Mode, Update
from console.text import visible

BAR_CELLS = 24


class Banner(Static):
    """Says why the directory isn't open, how far it is read, and what is over its bound."""

    _said = ("", "")

    def show(self, update: Update) -> None:
        """Takes an update."""
        words, tone = banner_words(update)
        if (words, tone) == self._said:
            return  # Words that are set again are laid out again, and all below them.
        self._said = (words, tone)
        self.display = bool(words)
        self.set_class(tone == "bad", "-bad")
        self.update(Text(words, no_wrap=False))


def banner_words(update: Update) -> tuple[str, str]:
    """Returns what the banner says and its tone: `bad`, or empty; no words where all is well."""
    why = visible(update.face_why, 400)
    if update.face is Face.MISSING:
        return f"{why}. It is shown here as soon as it appears.", "bad"
    if update.face is Face.UNREADABLE:
        return f"{why}. It is tried again all the time; mend it, or quit with q.", "bad"
    if update.face is Face.GONE:
        ending = "It is shown again should it come back."
        if update.mode is not Mode.OBSERVE:
            ending = "Nothing can be written any more; quit with q."
        return f"{why}. What is below is what was last seen. {ending}", "bad"
    if update.loading is not None and update.loading.total:
        done, total = update.loading.done, update.loading.total
        filled = BAR_CELLS * done // total
        bar = "█" * filled + "░" * (BAR_CELLS - filled)
        return f"Reading the directory  {bar}  {done:,} of {total:,} folders", ""
    counts = update.statistics
    if counts is not None and counts.over_capacity_why:
        over = counts.occupancy - counts.capacity
        words = visible(counts.over_capacity_why, 300)
        return f"Over capacity by {over:,}: {words}", "bad"
    feed = update.feed
    if feed.why:
        trouble = f"Feed: {visible(feed.why, 300)}"
        if feed.bad_lines:
            trouble += f" ({feed.bad_lines:,} bad line(s) so far)"
        if feed.has_ended:
            trouble += f". It has ended after {feed.events:,} event(s)."
        return trouble, "bad"
    if feed.name and feed.has_ended:
        return f"The feed has ended after {feed.events:,} event(s); the tracker goes on.", ""
    if update.watch.how == "polling" and update.watch.why and update.watch.swept_ms:
        return (
            f"Polling every {update.watch.every_ms / 1000:.1f} s: {visible(update.watch.why)}",
            "",
        )
    return "", ""
