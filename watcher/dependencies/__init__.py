"""Who depends on whom, and who would take what from whom. Pure: rows of the engine in, decisions out."""
