"""The test bed: real Docker engines, registries and images of a test run's own.

Standard library only, for the demo runs before anything is installed. Nothing in here touches an engine
of the machine: every daemon has its own directory, socket, bridge and address range, and whatever a run
leaves behind, even one that was killed, is cleared away (see `ground`).
"""
