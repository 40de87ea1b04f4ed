"""The embedded tracker behind the console's link: `link` (the threads and what they share),
`commands` (what an operator does) with what `lending` lends it, `soonest` (what is looked at
first), `watching` (changes on disk), `observing` (what an observer holds in memory), `homes`
(which session a folder is of), `pending` (what is new), `pacing` (how often it is taken), `feeds`
(where an owner's events come from), `demo` (the simulated gateway), `opening` (all of it).
"""
