"""The admin console and the command line: they show and ask, and never decide.

Everything here reaches the tracker through its front door, `tracker`, and nothing behind it.
"""
