"""The update of a container, and of those that must be replaced with it: planned, carried out, undone.

`plan` decides without doing, `executor` does it step by step and goes back where a step fails, `service`
puts claim, recovery, pull and judgement around it.
"""
