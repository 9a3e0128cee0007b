"""What users may choose, by label, option or environment, and the grammars of it."""
