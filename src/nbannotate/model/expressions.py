"""Reading a text such as ``label('car') and not tag('dark')``: Python's syntax, known functions, literal arguments.

The text is only parsed (:mod:`ast`), never run. Every error names the place in the text.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Generic, NoReturn, TypeVar

from nbannotate.errors import InvalidInput
from nbannotate.model.python_syntax import literal, parsed
from nbannotate.model.suggestions import meant

MOST_CHARACTERS = 20_000
DEEPEST = 30

T = TypeVar("T")

_WORDS: dict[type[ast.AST], str] = {ast.And: "and", ast.BitAnd: "and", ast.Or: "or", ast.BitOr: "or"}


class Expressions(Generic[T]):
    """A small language of conditions.

    Parameters
    ----------
    what
        What the texts are called in errors, for example ``"filter"``.
    functions
        What a text may call, by name; they take literals and return a value.
    join
        Combines values: ``join("and" | "or", values)``.
    negate
        Turns a value around.
    """

    def __init__(
        self,
        what: str,
        functions: Mapping[str, Callable[..., T]],
        join: Callable[[str, list[T]], T],
        negate: Callable[[T], T],
    ) -> None:
        self.what = what
        self.functions = functions
        self.join = join
        self.negate = negate

    def read(self, text: str) -> T:
        """Return the value that a text stands for; InvalidInput says what is wrong and where."""
        if len(text) > MOST_CHARACTERS:
            raise InvalidInput(f"The {self.what} has {len(text):,} characters; {MOST_CHARACTERS:,} are the most.")
        return _Reader(self, text).read()


class _Reader(Generic[T]):
    """Reads one text."""

    def __init__(self, language: Expressions[T], text: str) -> None:
        self.language = language
        self.text = text.strip().replace("\r\n", "\n").replace("\r", "\n")
        # Several lines need parentheses in Python; the first line begins one character later then.
        self.several = "\n" in self.text
        self.source = f"({self.text}\n)" if self.several else self.text

    def read(self) -> T:
        what = self.language.what
        if not self.text:
            raise InvalidInput(f"The {what} is empty; there are {self._functions()}.")
        try:
            tree = parsed(self.source)
        except SyntaxError as error:
            raise InvalidInput(self._unreadable(error)) from None
        except (ValueError, MemoryError, RecursionError) as error:
            raise InvalidInput(f"The {what} cannot be read: {error or 'it is nested too deeply'}.") from None
        return self._value(tree.body, 0)

    def _value(self, node: ast.expr, depth: int) -> T:
        if depth > DEEPEST:
            self._fail(node, f"it is nested more than {DEEPEST} levels deep")
        match node:
            case ast.BoolOp(op=op, values=values):
                return self.language.join(_WORDS[type(op)], [self._value(v, depth + 1) for v in values])
            case ast.BinOp(op=ast.BitAnd() | ast.BitOr() as op):
                return self.language.join(_WORDS[type(op)], [self._value(v, depth + 1) for v in _chain(node, type(op))])
            case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
                return self.language.negate(self._value(operand, depth + 1))
            case ast.Call(func=ast.Name(id=name)):
                return self._call(node, name)
            case ast.Name(id=name) if name in self.language.functions:
                self._fail(node, f"write it with parentheses: {self._usage(name)}")
            case ast.Name(id=name):
                self._unknown(node, name)
            case ast.Compare() if "sql" in self.language.functions:
                self._fail(node, "comparisons are written as metadata('key', '>=', 3) or sql('width > 1000')")
        self._fail(node, f"this cannot stand here; there are {self._functions()}, joined with and, or, not")

    def _call(self, node: ast.Call, name: str) -> T:
        if name not in self.language.functions:
            self._unknown(node, name)
        function = self.language.functions[name]
        signature = inspect.signature(function)
        named: dict[str, Any] = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                self._fail(node, f"** cannot be used here; write {self._usage(name)}")
            if keyword.arg not in signature.parameters:
                self._fail(node, f"{name} has no {keyword.arg!r}{meant(keyword.arg, signature.parameters)}: "
                                 f"{self._usage(name)}")  # fmt: skip
            named[keyword.arg] = self._literal(keyword.value)
        values = [self._literal(v) for v in node.args]
        try:
            signature.bind(*values, **named)
        except TypeError as error:
            self._fail(node, f"{error}; write {self._usage(name)}")
        try:
            return function(*values, **named)
        except InvalidInput as error:
            self._fail(node, str(error), end="")

    def _literal(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=str(value)):
                return _doubled_quotes(ast.get_source_segment(self.source, node) or "", value)
            case ast.Constant(value=bool() | int() | float() | None as value):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return -value
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                return tuple(self._element(e) for e in elements)
            case ast.Name(id=name):
                self._fail(node, f"a text is written in quotes: {name!r}")
        self._fail(node, "only texts, numbers, True, False, None and lists of these can stand here")

    def _element(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Tuple | ast.List):
            self._fail(node, "a list in a list cannot stand here")
        return self._literal(node)

    # Errors ----------------------------------------------------------------------------------------------------------

    def _fail(self, node: ast.expr, problem: str, end: str = ".") -> NoReturn:
        piece = ast.get_source_segment(self.source, node) or ""
        piece = " ".join(piece.split())
        piece = piece if len(piece) <= 60 else piece[:57] + "…"
        line = [*self.source.split("\n"), ""][node.lineno - 1]
        column = len(line.encode()[: node.col_offset].decode(errors="replace")) + 1
        raise InvalidInput(f"{self._place(node.lineno, column)}, `{piece}`: {problem}{end}")

    def _place(self, line: int, column: int) -> str:
        if not self.several:
            return f"In the {self.language.what} at character {column}"
        return f"In the {self.language.what} at line {line}, character {column - (line == 1)}"

    def _unreadable(self, error: SyntaxError) -> str:
        place = self._place(error.lineno or 1, max(error.offset or 1, 1))
        text = f"{place}: it cannot be read ({error.msg.split(';')[0]}). "
        if "'" in self.text or '"' in self.text:
            return text + "A text with quotes in it stands in the other quotes: sql(\"folder = 'train'\")."
        return text + "It is written like label('car') and not tag('dark')."

    def _unknown(self, node: ast.expr, name: str) -> NoReturn:
        known = self.language.functions
        self._fail(node, f"there is no {name!r}{meant(name, known)}; there are {self._functions()}")

    def _functions(self) -> str:
        return ", ".join(f"{name}()" for name in self.language.functions)

    def _usage(self, name: str) -> str:
        parts = []
        for parameter in inspect.signature(self.language.functions[name]).parameters.values():
            default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
            parts.append(parameter.name + default)
        return f"{name}({', '.join(parts)})"


def _chain(node: ast.expr, operator: type[ast.operator]) -> list[ast.expr]:
    """Return the parts of ``a | b | c``, which Python nests to the left."""
    parts: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, operator):
        parts.append(node.right)
        node = node.left
    return [node, *reversed(parts)]


def _doubled_quotes(source: str, value: str) -> str:
    """Return a text whose quotes are doubled as in SQL with the quotes; Python would leave them out.

    ``'folder like ''train%'''`` is three texts side by side for Python.
    """
    quote = source[:1]
    if quote not in ("'", '"') or source.startswith(quote * 3):
        return value
    parts = []
    start = 0
    while start < len(source) and source[start] == quote:
        end = start + 1
        while end < len(source) and source[end] != quote:
            end += 2 if source[end] == "\\" else 1
        parts.append(source[start : end + 1])
        start = end + 1
    if start < len(source) or len(parts) < 2:
        return value
    return quote.join(literal(p) for p in parts)
