"""Registries over HTTP: what a tag means there now, with logins, limits, and errors as ours."""
