"""Updates that were cut short, by a kill or by what others did: finished or undone, never left.

`table` says what is due by the names that the engine shows, as `state` reads them; `decision` says what is to
be done next, and `executor` carries it out with `steps`. Who may do so is decided by `lease` and `takeover`,
on the engine itself.
"""
