"""The grammar JQL and CQL share: clauses, AND, OR, NOT, parentheses, lists, functions, ORDER BY. It reads a
query into a tree and knows no field; what a clause means is ``jql``'s and ``cql``'s to say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_TOKEN = re.compile(
    r"\s*(?:(?P<quoted>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<sign>!=|!~|>=|<=|=|~|>|<|\(|\)|,)"
    r"|(?P<word>[^\s()=!<>~,\"']+))"
)
_SIGNS = frozenset(("=", "!=", "~", "!~", ">", ">=", "<", "<="))
RESERVED = frozenset(("and", "or", "not", "in", "is", "order", "empty", "null", "was", "changed"))


class QueryError(ValueError):
    """A query that cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class Operand:
    """One value of a clause: plain text, or a function with its arguments.

    EMPTY is the function ``empty``.
    """

    text: str
    function: bool = False
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """A field, an operator (=, !=, in, not in, is, is not, ~, …) and its values."""

    field: str
    operator: str
    values: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of what is inside."""

    inside: Where


@dataclass(frozen=True, slots=True)
class Every:
    """All of the parts (AND)."""

    parts: tuple[Where, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """Any of the parts (OR)."""

    parts: tuple[Where, ...]


Where = Clause | Not | Every | Some


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query: its restriction, if any, and (field, descending) to order by."""

    where: Where | None
    order: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    quoted: bool

    def is_word(self, *words: str) -> bool:
        return not self.quoted and self.text.casefold() in words


_END = _Token("", False)


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if not match:
            raise QueryError(f"Expecting a valid token at character {at + 1}.")
        quoted = match["quoted"]
        found.append(_Token(re.sub(r"\\(.)", r"\1", quoted[1:-1]), True) if quoted else _Token(match[0].strip(), False))
        at = match.end()
    return found


class _Reader:
    """One pass over the tokens of a query."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def take(self) -> _Token:
        token = self.next
        self.at += 1
        return token

    def took(self, *words: str) -> bool:
        if self.next is not _END and self.next.is_word(*words):
            self.at += 1
            return True
        return False

    def expect(self, sign: str) -> None:
        if not self.took(sign):
            raise QueryError(f"Expecting '{sign}' but got '{self.next.text or 'the end of the query'}'.")

    def any_of(self) -> Where:
        parts = [self.all_of()]
        while self.took("or", "||"):
            parts.append(self.all_of())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def all_of(self) -> Where:
        parts = [self.one()]
        while self.took("and", "&&"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def one(self) -> Where:
        if self.took("not", "!"):
            return Not(self.one())
        if self.took("("):
            inside = self.any_of()
            self.expect(")")
            return inside
        return self.clause()

    def clause(self) -> Clause:
        field = self.take()
        if field is _END or (not field.quoted and (field.text in _SIGNS or field.text.casefold() in RESERVED)):
            raise QueryError(f"Expecting a field name but got '{field.text or 'the end of the query'}'.")
        operator = self.operator()
        if operator in ("in", "not in") and not (self.next.is_word("(")):
            return Clause(field.text, operator, (self.operand(),))
        if operator in ("in", "not in"):
            return Clause(field.text, operator, self.operands())
        return Clause(field.text, operator, (self.operand(),))

    def operator(self) -> str:
        token = self.take()
        if not token.quoted and token.text in _SIGNS:
            return token.text
        if token.is_word("in"):
            return "in"
        if token.is_word("not") and self.took("in"):
            return "not in"
        if token.is_word("is"):
            return "is not" if self.took("not") else "is"
        if token.is_word("was", "changed"):
            raise QueryError(f"The operator '{token.text}' is not part of the emulated site's query language.")
        raise QueryError(f"Expecting an operator but got '{token.text or 'the end of the query'}'.")

    def operands(self) -> tuple[Operand, ...]:
        self.expect("(")
        found = [self.operand()]
        while self.took(","):
            found.append(self.operand())
        self.expect(")")
        return tuple(found)

    def operand(self) -> Operand:
        token = self.take()
        if token is _END or (not token.quoted and token.text in _SIGNS | {"(", ")", ","}):
            raise QueryError(f"Expecting a value but got '{token.text or 'the end of the query'}'.")
        if token.is_word("empty", "null"):
            return Operand("empty", function=True)
        if not token.quoted and self.next.is_word("("):
            return self.function(token.text)
        return Operand(token.text)

    def function(self, name: str) -> Operand:
        self.expect("(")
        arguments: list[str] = []
        while not self.took(")"):
            if self.next is _END:
                raise QueryError(f"The function {name} is never closed.")
            if not self.took(","):
                arguments.append(self.take().text)
        return Operand(name, True, tuple(arguments))

    def order(self) -> tuple[tuple[str, bool], ...]:
        found: list[tuple[str, bool]] = []
        while True:
            field = self.take()
            if field is _END:
                raise QueryError("Expecting a field to order by.")
            descending = self.took("desc")
            if not descending:
                self.took("asc")
            found.append((field.text, descending))
            if not self.took(","):
                return tuple(found)


@lru_cache(maxsize=512)
def read_query(text: str) -> Query:
    """Read a query; raises QueryError with a sentence when it is not one."""
    reader = _Reader(_tokens(text))
    where = None
    if reader.next is not _END and not reader.next.is_word("order"):
        where = reader.any_of()
    order: tuple[tuple[str, bool], ...] = ()
    if reader.took("order"):
        if not reader.took("by"):
            raise QueryError("Expecting 'by' after 'order'.")
        order = reader.order()
    if reader.next is not _END:
        raise QueryError(f"Expecting 'and' or 'or' but got '{reader.next.text}'.")
    return Query(where, order)
