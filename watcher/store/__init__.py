"""The state directory: what must outlive a restart and no engine holds, and locks between processes."""
