"""What people are told, once: what is news, its words, and the ways to them."""
