"""Whether a container has an update, and what is said of it.

`verdict` is the pure judgement by identity, `local` and `remote` read what it judges, `service` puts together
what commands and daemon ask for.
"""
