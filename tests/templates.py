"""Templates of the web application compiled once a process: each test makes an application of its own, and Jinja keeps
what it compiled with the application.
"""

from __future__ import annotations

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache


class _Kept(BytecodeCache):
    """What templates were compiled to; one whose source has changed since is not taken."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if kept := self._kept.get(bucket.key):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


def compile_templates_once() -> None:
    """From now on, applications of this process share what their templates were compiled to."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Kept()}
