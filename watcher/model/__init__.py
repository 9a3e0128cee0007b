"""The vocabulary: errors, references, names, labels, and the quoting of strangers. Pure: no I/O."""
