"""Tests of the demo: its month, as data and as played."""
