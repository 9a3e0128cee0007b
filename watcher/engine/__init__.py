"""The Docker Engine API: where it listens, how it is asked, and its calls by name."""
