"""The listener of `watcher run --listen`: what people, scripts and browsers ask the daemon, and have it do.

Nothing of this package is imported where `--listen` is not given.
"""
