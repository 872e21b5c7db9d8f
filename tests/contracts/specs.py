"""Holds one recorded exchange against Atlassian's OpenAPI documents and the ADF schema. It knows the four
documents, where their paths live, and one table of facts they do not know; it knows nothing of who sent
the request.

The documents are not the project's: they are read from ``LEARNLOOP_SPECS`` or from ``shared/specs`` beside
the checkout, and ``SPECS`` is None when they are not there."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl

from jsonschema import Draft4Validator  # type: ignore[import-untyped]
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

_BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[3] / "shared" / "specs"
_PLACE = Path(os.environ.get("LEARNLOOP_SPECS") or _BESIDE_THE_CHECKOUT)
SPECS: Path | None = _PLACE if _PLACE.is_dir() else None

# What any endpoint may answer, whether its document says so or not (Atlassian: REST API introductions, "Status codes").
ANYWHERE = frozenset((400, 401, 403, 404, 413, 429, 500, 502, 503, 504))
# Answers to a request that was wrong on purpose: its shape is not held against the document.
REFUSED_FOR_ITS_SHAPE = frozenset((400, 410, 413))


class Exchange(Protocol):
    """One request and its answer, as the emulated site records them."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def query(self) -> str: ...
    @property
    def request_headers(self) -> Mapping[str, str]: ...
    @property
    def request_body(self) -> bytes: ...
    @property
    def status(self) -> int: ...
    @property
    def response_headers(self) -> Mapping[str, str]: ...
    @property
    def response_body(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Beside:
    """A fact the documents do not know: which problems of which exchanges it explains, and where it comes
    from.
    """

    method: str
    path: str
    problem: str
    source: str


BESIDE_THE_SPECS = (
    Beside("GET", r"^/_edge/tenant_info$", "no path", "Atlassian: cloud id of a site, platform facts 5"),
    Beside(
        "*",
        r"^/rest/webhooks/1\.0/webhook(/\d+)?$",
        "no path",
        "Atlassian: Webhooks, registering by REST (admin)",
    ),
    Beside(
        "*",
        r"^/rest/api/2/",
        r"(body|description|customfield_\d+)\b.*not of type 'object'",
        "v2 speaks wiki text where v3 has ADF",
    ),
    Beside(
        "GET",
        r"^/rest/api/\d/issue/[^/]+$",
        r"changelog.*(from|fromString|to|toString): None",
        "recorded: null ids and names",
    ),
    Beside(
        "*",
        r"(changelog(/bulkfetch)?|search/jql|issue/bulkfetch|agile/.*issue)$",
        r"items/\d+/(from|fromString|to|toString): None",
        "recorded: a changelog has null where there was or is nothing",
    ),
    Beside(
        "GET",
        r"^/rest/api/\d/issue/[^/]+/remotelink$",
        r"^answer : \[",
        "the list of remote links is a list, the spec shows one",
    ),
    Beside(
        "GET",
        r"^/rest/agile/1\.0/(board|sprint)/\d+/(issue|backlog)$",
        r"hierarchyLevel",
        "the agile spec is older than hierarchyLevel",
    ),
    Beside(
        "*",
        r"^/wiki/api/v2/(pages|folders)/\d+/direct-children$",
        "no path",
        "changelog of v2 2025: children of every type",
    ),
    Beside("PUT", r"^/wiki/api/v2/pages/\d+/title$", "no path", "Confluence REST v2: update page title"),
    Beside("*", r"^/wiki/api/v2/.*", r"^status 409", "platform facts 3.2: a stale version number is 409"),
    Beside(
        "GET",
        r"^/wiki/api/v2/.*pages",
        r"parent(Id|Type): None",
        "recorded: the home page of a space has no parent",
    ),
    Beside(
        "*",
        r"^/wiki/api/v2/folders",
        r"createdAt: \d+ is not",
        "md2conf: a folder's createdAt is epoch milliseconds",
    ),
    Beside("PUT", r"^/wiki/api/v2/pages/\d+$", r"version.*minorEdit", "md2conf and mark send it; spares watchers"),
    Beside("*", r"^/rest/api/\d/search$", r"^status 410", "CHANGE-2046: removed in 2025"),
    Beside(
        "*",
        r"^/wiki/rest/api/content/[^/]+/state$",
        "no path",
        "Confluence REST v1: content states (publishing tools use them)",
    ),
)


@dataclass(frozen=True, slots=True)
class _Operation:
    method: str
    path: re.Pattern[str]
    where: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Spec:
    name: str
    document: Mapping[str, Any]
    operations: tuple[_Operation, ...]
    registry: Registry[Any]

    def follow(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a reference points to, or the node itself."""
        while "$ref" in node:
            found: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            node = found
        return node


# file, and what a recorded path loses to become one of its paths
_FILES = {
    "jira": ("jira-platform-v3.2025-12.json", ""),
    "agile": ("jira-software-agile.2025-09.json", ""),
    "v2": ("confluence-v2.2025-01.json", "/wiki/api/v2"),
    "v1": ("confluence-v1.2021-11.json", ""),
}
_METHODS = ("get", "put", "post", "delete")


@lru_cache
def _spec(name: str) -> _Spec:
    assert SPECS is not None
    document = json.loads((SPECS / _FILES[name][0]).read_bytes())
    operations = [
        _Operation(
            method.upper(),
            _pattern(path),
            f"#/paths/{path.replace('~', '~0').replace('/', '~1')}/{method}",
            content,
        )
        for path, methods in document["paths"].items()
        for method, content in methods.items()
        if method in _METHODS
    ]
    operations.sort(key=lambda each: each.path.pattern.count("[^/]+"))
    resource = Resource.from_contents(document, default_specification=DRAFT4)
    registry: Registry[Any] = Registry().with_resource(f"urn:{name}", resource)
    return _Spec(name, document, tuple(operations), registry)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{[^}]+\}", "[^/]+", re.escape(path).replace(r"\{", "{").replace(r"\}", "}")) + "/?$")


def _behind_the_gateway(path: str) -> str:
    """Return the site's own path of one asked through the API gateway (``/ex/{product}/{cloudId}/…``)."""
    return re.sub(r"^/ex/(jira|confluence)/[^/]+/", "/", path)


def _place(path: str) -> tuple[str, str] | None:
    """Return which document knows a path, and the path in it."""
    if path.startswith("/rest/agile/"):
        return "agile", path
    if path.startswith("/rest/api/"):
        return "jira", re.sub(r"^/rest/api/(2|latest)/", "/rest/api/3/", path)
    if path.startswith("/wiki/api/v2"):
        return "v2", path.removeprefix("/wiki/api/v2")
    if path.startswith("/wiki/rest/api/"):
        return "v1", path
    return None


def check_exchange(exchange: Exchange) -> list[str]:
    """Return what is wrong with one exchange, request and answer, as sentences.

    Empty when it keeps to the documents.
    """
    found = [problem for problem in _problems(exchange) if not _explained(exchange, problem)]
    return [f"{exchange.method} {exchange.path} -> {exchange.status}: {problem}" for problem in found]


def _explained(exchange: Exchange, problem: str) -> bool:
    return any(
        beside.method in ("*", exchange.method)
        and re.search(beside.path, _behind_the_gateway(exchange.path))
        and re.search(beside.problem, problem)
        for beside in BESIDE_THE_SPECS
    )


def _problems(exchange: Exchange) -> Iterator[str]:
    place = _place(_behind_the_gateway(exchange.path))
    spec, path = (_spec(place[0]), place[1]) if place else (None, "")
    operation = _operation(spec, exchange.method, path) if spec else None
    if spec is None or operation is None:
        yield "no path of this name in the documents"
        return
    if exchange.status not in REFUSED_FOR_ITS_SHAPE:
        yield from _query_problems(spec, operation, exchange)
        yield from _request_problems(spec, operation, exchange)
    if exchange.status:
        yield from _response_problems(spec, operation, exchange)
    if path.startswith("/rest/api/3/") and "/rest/api/3/" in exchange.path:
        yield from _document_problems(exchange)


def _operation(spec: _Spec, method: str, path: str) -> _Operation | None:
    return next((each for each in spec.operations if each.method == method and each.path.match(path)), None)


def _query_problems(spec: _Spec, operation: _Operation, exchange: Exchange) -> Iterator[str]:
    known = {p["name"]: p for p in map(spec.follow, operation.content.get("parameters", [])) if p["in"] == "query"}
    given = parse_qsl(exchange.query, keep_blank_values=True)
    for name, value in given:
        if name not in known:
            yield f"query parameter {name} is unknown"
        else:
            yield from _value_problems(spec, name, spec.follow(known[name].get("schema", {})), value)
    for name, parameter in known.items():
        if parameter.get("required") and name not in dict(given):
            yield f"query parameter {name} is missing"


def _value_problems(spec: _Spec, name: str, schema: Mapping[str, Any], value: str) -> Iterator[str]:
    kind = schema.get("type")
    if kind == "array":
        for part in value.split(","):
            yield from _value_problems(spec, name, spec.follow(schema.get("items", {})), part)
    elif kind == "integer" and not re.fullmatch(r"-?\d+", value):
        yield f"query parameter {name} is not a whole number: {value}"
    elif kind == "boolean" and value not in ("true", "false"):
        yield f"query parameter {name} is not true or false: {value}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"query parameter {name} may not be {value}"


def _request_problems(spec: _Spec, operation: _Operation, exchange: Exchange) -> Iterator[str]:
    declared = operation.content.get("requestBody")
    kind = exchange.request_headers.get("Content-Type", "").split(";")[0]
    if declared is None:
        if exchange.request_body:
            yield "a body was sent where none is taken"
        return
    content = spec.follow(declared).get("content", {})
    if not exchange.request_body:
        if spec.follow(declared).get("required"):
            yield "the body is missing"
    elif kind not in content:
        yield f"the body is {kind or 'without a type'} and not {' or '.join(content)}"
    elif kind == "application/json":
        schema = content[kind].get("schema", {})
        yield from _schema_problems(spec, "request", OAS30WriteValidator, schema, json.loads(exchange.request_body))


def _response_problems(spec: _Spec, operation: _Operation, exchange: Exchange) -> Iterator[str]:
    responses = operation.content["responses"]
    declared = responses.get(str(exchange.status)) or responses.get("default")
    if declared is None:
        if exchange.status not in ANYWHERE:
            yield f"status {exchange.status} is not one of {', '.join(responses)}"
        return
    content = spec.follow(declared).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is None:
        return
    kind = exchange.response_headers.get("Content-Type", "")
    if not exchange.response_body:
        if schema and exchange.status != 204 and exchange.method == "GET":
            yield "the answer is empty"
    elif "json" not in kind:
        yield f"the answer is {kind} and not JSON"
    else:
        yield from _schema_problems(spec, "answer", OAS30ReadValidator, schema, json.loads(exchange.response_body))


def _schema_problems(spec: _Spec, what: str, kind: Any, schema: Mapping[str, Any], instance: Any) -> Iterator[str]:
    for error in _validator(spec.name, kind, json.dumps(schema)).iter_errors(instance):
        where = "/".join(str(part) for part in error.absolute_path)
        yield f"{what} {where}: {error.message[:300]}"


@lru_cache(maxsize=2048)
def _validator(name: str, kind: Any, schema: str) -> Any:
    absolute = json.loads(schema.replace('"#/', f'"urn:{name}#/'))
    return kind(absolute, registry=_spec(name).registry)


@lru_cache
def _adf() -> Draft4Validator:
    assert SPECS is not None
    return Draft4Validator(json.loads((SPECS / "adf-full.57.7.22.json").read_bytes()))


def _document_problems(exchange: Exchange) -> Iterator[str]:
    """Hold every Atlassian document in an exchange against its schema."""
    sides = [("answer", exchange.response_body)]
    if exchange.status not in REFUSED_FOR_ITS_SHAPE:
        sides.append(("request", exchange.request_body))
    for side, body in sides:
        for document in _documents(json.loads(body)) if body[:1] in (b"{", b"[") else ():
            error = next(_adf().iter_errors(document), None)
            if error is not None:
                yield f"{side}: not an Atlassian document: {error.message[:200]}"


def _documents(noun: Any) -> Iterator[dict[str, Any]]:
    if isinstance(noun, dict):
        if noun.get("type") == "doc" and "content" in noun:
            yield noun
            return
        for value in noun.values():
            yield from _documents(value)
    elif isinstance(noun, list):
        for value in noun:
            yield from _documents(value)
