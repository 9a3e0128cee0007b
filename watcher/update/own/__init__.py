"""The update of the updater's own container: a helper, made from the same image, does it from outside.

`own_update` finds such an update where it is open, `helping` makes the helper and looks after it; what the
helper does is `watcher.update.errand`.
"""
