"""Tests of the ways to install the commands on a machine."""
