"""`python -m worker` is `learnloop`."""

from worker.cli import main

main()
