"""Drills: evict and rehydrate on purpose, and prove field by field that nothing was lost.

`report` (what a drill comes to), `compare` (one session judged), `scratch` (a copy to drill on),
`choose` (which sessions), and the plans: `restore`, `live`, `wave`, `invisibility`; `plans` runs
them by name. They know no screen and no terminal.
"""
