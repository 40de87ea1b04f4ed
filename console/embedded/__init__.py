"""The embedded tracker behind the console's link: `link` (the threads and what they share),
`watching` (changes on disk), `feeds` (where an owner's events come from), `demo` (the simulated
gateway).
"""
