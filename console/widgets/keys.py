"""Which key a binding has now, for words on the screen that name it."""

from __future__ import annotations

from textual.widget import Widget


def key_of(widget: Widget, binding_id: str, usual: str) -> str:
    """Returns the key of a binding as it is shown to people.

    Args:
        widget: A widget on the screen that is asked about.
        binding_id: The binding's id.
        usual: Its key where the binding isn't active now.
    """
    for active in widget.screen.active_bindings.values():
        if active.binding.id == binding_id:
            return widget.app.get_key_display(active.binding)
    return usual
