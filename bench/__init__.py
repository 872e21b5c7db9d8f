"""Benchmarks: `make bench` measures LearnLoop on this machine and writes docs/benchmarks.md.

Every figure that matters is a ratio of two things measured in the same run, because figures of one machine say little
about another. Each step writes one file under build/bench, so an interrupted run goes on where it stopped. Nothing of
the product imports this package.
"""
