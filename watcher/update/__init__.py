"""The update of a container, and of those that must be replaced with it: planned, carried out, undone.

`steps` has what it consists of, `executor` does that in order and goes back where a step fails, `service`
puts claim, recovery, pull and judgement around it. `own` is for the updater's own container.
"""
