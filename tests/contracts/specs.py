"""Holds one recorded exchange against Atlassian's OpenAPI documents and the ADF schema. It knows the four
documents and where their paths live; what they do not know is in ``beside``. It knows nothing of who sent the request.

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
from urllib.parse import parse_qs, unquote

from jsonschema import Draft4Validator  # type: ignore[import-untyped]
from openapi_schema_validator import OAS30ReadValidator, OAS30WriteValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4
from werkzeug.sansio.multipart import Epilogue, Field, File, MultipartDecoder

from tests.contracts.beside import BESIDE_THE_SPECS

_BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[3] / "shared" / "specs"
_PLACE = Path(os.environ.get("LEARNLOOP_SPECS") or _BESIDE_THE_CHECKOUT)
SPECS: Path | None = _PLACE if _PLACE.is_dir() else None

# What any endpoint may answer, whether its document says so or not (Atlassian: REST API introductions, "Status codes").
ANYWHERE = frozenset((400, 401, 403, 404, 413, 429, 500, 502, 503, 504))
# A header that two documents ask for in the words of a description and declare nowhere.
_IN_WORDS = re.compile(r"must set a\s+`X-Atlassian-Token: no-?check`")
_GATEWAY = re.compile(r"^/ex/(jira|confluence)/[^/]+(?=/)")


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
class _Operation:
    """One method of one path; `names` are those of the path's groups, `parameters` are as declared, followed."""

    method: str
    path: re.Pattern[str]
    names: tuple[str, ...]
    parameters: tuple[Mapping[str, Any], ...]
    content: Mapping[str, Any]

    def of(self, place: str) -> dict[str, Mapping[str, Any]]:
        """The parameters in path, query or header, by their names."""
        return {one["name"]: one for one in self.parameters if one["in"] == place}


@dataclass(frozen=True, slots=True)
class _Spec:
    name: str
    document: Mapping[str, Any]
    operations: tuple[_Operation, ...]
    registry: Registry[Any]

    def follow(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a reference points to, or the node itself."""
        return _follow(self.document, node)


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
            tuple(re.findall(r"\{([^}]+)\}", path)),
            tuple(_follow(document, one) for one in (*methods.get("parameters", ()), *content.get("parameters", ()))),
            content,
        )
        for path, methods in document["paths"].items()
        for method, content in methods.items()
        if method in _METHODS
    ]
    operations.sort(key=lambda each: len(each.names))
    resource = Resource.from_contents(document, default_specification=DRAFT4)
    registry: Registry[Any] = Registry().with_resource(f"urn:{name}", resource)
    return _Spec(name, document, tuple(operations), registry)


def _follow(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node:
        found: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part.replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("([^/]+)".join(map(re.escape, re.split(r"\{[^}]+\}", path))) + "/?$")


def _behind_the_gateway(path: str) -> str:
    """Return the site's own path of one asked through the API gateway (``/ex/{product}/{cloudId}/…``)."""
    return _GATEWAY.sub("", path)


def _other_product(path: str) -> str:
    """Return the product of the gateway a path was asked of, when it is not the one that has the path."""
    through, own = _GATEWAY.match(path), _behind_the_gateway(path)
    product = "confluence" if own.startswith("/wiki/") else "jira"
    return through[1] if through and through[1] != product else ""


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

    Empty when it keeps to the documents. A request that was refused is looked at too: that a site said no does not
    excuse its shape.
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
    if product := _other_product(exchange.path):
        yield f"the gateway has no such path for {product}"
    if spec is None or operation is None:
        yield "no path of this name in the documents"
        return
    yield from _path_problems(spec, operation, path)
    yield from _query_problems(spec, operation, exchange)
    yield from _header_problems(operation, exchange)
    yield from _request_problems(spec, operation, exchange)
    if exchange.status:
        yield from _response_problems(spec, operation, exchange)
    if path.startswith("/rest/api/3/") and "/rest/api/3/" in exchange.path:
        yield from _document_problems(exchange)


def _operation(spec: _Spec, method: str, path: str) -> _Operation | None:
    return next((each for each in spec.operations if each.method == method and each.path.match(path)), None)


def _path_problems(spec: _Spec, operation: _Operation, path: str) -> Iterator[str]:
    found, known = operation.path.match(path), operation.of("path")
    for name, value in zip(operation.names, found.groups() if found else (), strict=True):
        yield from _value_problems(spec, f"in the path {name}", known[name], [unquote(value)])


def _query_problems(spec: _Spec, operation: _Operation, exchange: Exchange) -> Iterator[str]:
    known, given = operation.of("query"), parse_qs(exchange.query, keep_blank_values=True)
    for name, values in given.items():
        if name not in known:
            yield f"query parameter {name} is unknown"
        else:
            yield from _value_problems(spec, f"query parameter {name}", known[name], values)
    for name, parameter in known.items():
        if parameter.get("required") and name not in given:
            yield f"query parameter {name} is missing"


def _header_problems(operation: _Operation, exchange: Exchange) -> Iterator[str]:
    given = {name.lower(): value for name, value in exchange.request_headers.items()}
    for name, parameter in operation.of("header").items():
        if parameter.get("required") and name.lower() not in given:
            yield f"header {name} is missing"
    in_words = _IN_WORDS.search(operation.content.get("description", ""))
    if in_words and given.get("x-atlassian-token") not in ("no-check", "nocheck"):
        yield "header X-Atlassian-Token is missing, or not no-check"


def _value_problems(spec: _Spec, what: str, parameter: Mapping[str, Any], values: list[str]) -> Iterator[str]:
    """What is wrong with the values a parameter is given, which are words until its schema says otherwise."""
    schema = parameter.get("schema", {})
    if len(values) > 1 and spec.follow(schema).get("type") != "array":
        yield f"{what} is given more than once"
    yield from _schema_problems(spec, what, OAS30WriteValidator, schema, _typed(spec, schema, values))


def _typed(spec: _Spec, schema: Mapping[str, Any], values: list[str]) -> Any:
    declared = spec.follow(schema)
    match declared.get("type"):
        case "array":
            parts = [part for value in values for part in value.split(",")]
            return [_typed(spec, declared.get("items", {}), [part]) for part in parts]
        case "integer" if re.fullmatch(r"-?\d+", values[0]):
            return int(values[0])
        case "boolean" if values[0] in ("true", "false"):
            return values[0] == "true"
    return values[0]


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
    elif kind == "multipart/form-data":
        yield from _form_problems(spec.follow(content[kind].get("schema", {})), exchange)


def _form_problems(schema: Mapping[str, Any], exchange: Exchange) -> Iterator[str]:
    """What is wrong with the names of a form, and with its file; the values are bytes, or words without rules."""
    parts, known = _parts(exchange), schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in parts:
            yield f"form field {name} is missing"
    for name, part in parts.items():
        if name not in known:
            yield f"form field {name} is unknown"
        elif name == "file" and not isinstance(part, File):
            yield "form field file is not a file"


def _parts(exchange: Exchange) -> dict[str, Field | File]:
    boundary = exchange.request_headers["Content-Type"].partition("boundary=")[2]
    decoder, found = MultipartDecoder(boundary.encode()), {}
    decoder.receive_data(exchange.request_body)
    decoder.receive_data(None)
    while not isinstance(event := decoder.next_event(), Epilogue):
        if isinstance(event, Field | File):
            found[event.name] = event
    return found


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
    for side, body in (("answer", exchange.response_body), ("request", exchange.request_body)):
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
