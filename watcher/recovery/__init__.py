"""Updates that were cut short, by a kill or by what others did: finished or undone, never left.

`state` is the table that says what must follow from the names that the engine shows; `executor` carries it
out with `steps`. Who may do so is decided by `lease` and `takeover`, on the engine itself.
"""
