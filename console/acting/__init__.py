"""Acting by hand: every action is written to the audit file first, and what can be is undone."""
