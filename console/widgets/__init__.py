"""Widgets: the live table, the pulse, the banner. They show what they are given."""
