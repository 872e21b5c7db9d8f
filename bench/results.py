"""The results of the steps, a file each, so that an interrupted run goes on where it stopped.

A result holds the digest of the code it was measured on; a result of other code is measured again.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from bench.report import Report

ROOT = Path(__file__).parent.parent
_CODE = ("worker", "webhooks", "templates", "bench")


class Results:
    """The results of one size, in `folder`."""

    def __init__(self, folder: Path, code: str) -> None:
        self.folder, self._code = folder, code
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, step: str) -> Report | None:
        """The step's result on the code as it is now, if it was measured."""
        path = self.folder / f"{step}.json"
        if not path.exists():
            return None
        held = json.loads(path.read_text())
        return Report.from_json(held["report"]) if held["code"] == self._code else None

    def keep(self, step: str, report: Report) -> None:
        """Keep a step's result."""
        text = json.dumps({"code": self._code, "report": report.as_json()}, indent=1)
        (self.folder / f"{step}.json").write_text(text + "\n")


def digest_of_code() -> str:
    """A digest of everything that is measured, and of what measures it."""
    digest = hashlib.sha256()
    for folder in _CODE:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]
