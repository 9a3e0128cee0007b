"""One engine and what is known of it: its containers, where its images come from, and our own container."""
