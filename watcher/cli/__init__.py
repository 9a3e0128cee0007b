"""The commands: flags in, lines and exit codes out.

`watcher` is the product, `ctr-updater` the exercise that it grew from. What they decide is decided below;
here it is wired together, shown and counted.
"""
