"""`watcher run`: when to look, and at what.

The engine's events, a timer and people put containers on a queue; each is then looked at anew, whatever the
event said. Tags are pulled beside that. What an update does is `update`'s business.
"""
