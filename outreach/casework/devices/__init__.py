"""Devices: call blockers and other equipment lent to keep somebody safe."""
