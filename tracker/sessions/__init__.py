"""The bounded tracker: `tracker` (the thread-safe shell), `engine` (what happens under its lock),
`comeback` and `reopening` (evictions and releases undone), `entry`, `changes`, `statistics` (its
values), `verdict` (memory beside disk), `doctor` (findings).
"""
