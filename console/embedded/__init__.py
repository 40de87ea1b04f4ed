"""The embedded tracker behind the console's link: `link` (the threads and what they share),
`commands` (what an operator does) with what `lending` lends it, `watching` (changes on disk),
`homes` (which session a folder is of), `pending` (what is new), `feeds` (where an owner's events
come from), `demo` (the simulated gateway), `opening` (all of it).
"""
