"""Swarm services: the engine's own orchestrator does the work, and we say when and to what.

A service is called `service/NAME` wherever a container's name could stand. What is under way stands in raft
and in a label of the service (`rollout`), so nothing is kept here that a killed process could take with it.
"""
