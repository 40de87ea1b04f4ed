"""The durable side: one folder per session, in a state directory laid out like the original's.

Rooms: `protocol` (what a tracker asks of a store), `directory` (the state directory), `home` (where
a session lives), `examine` (what a folder holds), `record`, `manifest` and `checkpoints` (the three
files), `folders` (id to folder), `files` and `durable` (every call on a file), `lock` (one owner),
`survey` (all folders, for people), `plugin_log` (the plugin's own log), `retention` and `pruning`
(what is old enough to go).
"""
