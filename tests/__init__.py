"""Before any other module of the tests: what Python compiles is kept, also where the environment forbids it.

Container images often do (PYTHONDONTWRITEBYTECODE); every process the tests start then compiled all our modules anew, a
fifth of the time it took to begin, and so did pytest with the tests. It is kept in `__pycache__`, which git ignores.
"""

from __future__ import annotations

import os
import sys

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
