"""The benchmark: Holdfast beside its peers and beside the floor, in one run, by ratio.

`python -m tests.bench` prints the table; `README.md` beside this file holds one run of it. Nothing
here is a test: a figure is measured, shown and compared with its goal, and never asserted.
"""
