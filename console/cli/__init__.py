"""The command line: one module a group of verbs, imported when the verb is asked for.

Data goes to standard output, narration to standard error. A headless verb never imports Textual.

Source: DESIGN.md, section 8.
"""
