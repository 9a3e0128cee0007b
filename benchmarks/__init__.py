"""Measurements, on a private engine and a private registry: never on the machine's own."""
