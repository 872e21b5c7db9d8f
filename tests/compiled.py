"""What a web application compiles when it is made, compiled once a process: each test makes an application of its own,
Jinja keeps what its templates came to with the application, and werkzeug what builds a route with the route.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import ClassVar

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


class _Templates(BytecodeCache):
    """What templates were compiled to; one whose source has changed since is not taken."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if kept := self._kept.get(bucket.key):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


class _Route(Rule):
    """A route whose builder of addresses, a function of what is written in the route alone, is shared."""

    _kept: ClassVar[dict[Hashable, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        defaults = tuple(sorted((self.defaults or {}).items()))
        written = (self.rule, self.subdomain, self.host, self.merge_slashes, defaults, append_unknown)
        if written not in self._kept:
            self._kept[written] = super()._compile_builder(append_unknown)
        return self._kept[written]


def compile_once() -> None:
    """From now on, applications of this process share what their templates and routes were compiled to."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Templates()}
    Flask.url_rule_class = _Route
