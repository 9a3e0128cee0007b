"""Operations on one container: create, start, probe, stop, restart, and what others changed of it.

`recreate` makes the request that gives the same container again, exactly.
"""
