"""What an update of a container consists of: its steps as data, in their order, each done and undone.

`plan` and `planning` decide without doing, `replacement` does the steps to one container, `stages` times
them; `drift`, `succession` and `prune_guard` are for what others change of the containers between two steps.
"""
