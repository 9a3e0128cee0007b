"""Keeps Docker containers on the current image of their own tag, and never loses one."""

__version__ = "0.1.0"
