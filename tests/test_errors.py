"""Errors: sentences for people, codes and facts for programs."""

from __future__ import annotations

import ast
import copy
import pickle
import traceback
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import nbannotate
from nbannotate import errors
from nbannotate.errors import LoginFailed, NbannotateError, NotFound, Refused, Unfinished, Wait, revive, told

SOURCE = Path(nbannotate.__file__).parent
OURS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}

#: What looks into a text. (``rstrip`` is not among them: it only joins a sentence to another one.)
READING = {
    "find", "rfind", "index", "split", "rsplit", "splitlines", "partition", "rpartition", "startswith", "endswith",
    "removeprefix", "removesuffix", "replace", "lower", "count",
}  # fmt: skip

#: What still reads one, and why.
KNOWN: set[str] = set()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFound("There is no task 7."), "NotFound"),
        (LoginFailed("Too many attempts; try again in 8 seconds.", Wait(8)), "wait"),
        (Refused("2 of 3 images are not finished.", Unfinished({4: "no label", 9: "nothing is saved"})), "unfinished"),
    ],
)
def test_an_error_is_the_same_in_another_process(error, code):
    again = revive(told(error))
    assert type(again) is type(error)
    assert (str(again), again.fact, again.code) == (str(error), error.fact, code)


def test_what_another_version_tells_is_an_error_too():
    assert type(revive(b'{"error": "Unheard", "message": "Something."}')) is NbannotateError
    with pytest.raises(msgspec.MsgspecError):
        revive(b"<html>")


#: What people catch, by what happened. The two that are not here are bases, and never raised.
BUILT_IN = {
    "InvalidInput": ValueError, "NotFound": KeyError, "WrongCall": TypeError, "Unchangeable": AttributeError,
    "FileMissing": FileNotFoundError, "NotAllowed": PermissionError, "Conflict": RuntimeError, "Stale": RuntimeError,
    "NotInStep": RuntimeError, "Refused": RuntimeError, "LoginFailed": PermissionError, "SessionEnded": PermissionError,
    "NotAWorkspace": ValueError, "NewerWorkspace": RuntimeError, "CannotWrite": OSError,
    "FolderMissing": FileNotFoundError, "DiskFull": OSError, "DatabaseFailed": RuntimeError,
    "OwnerUnavailable": ConnectionError, "DatabaseAway": ConnectionError, "OwnerFailed": RuntimeError,
    "QueryFailed": ValueError,
    "QueryTookLong": TimeoutError, "ReadFailed": ValueError, "FetchFailed": OSError, "CannotShow": ValueError,
    "ImageMissing": FileNotFoundError,
}  # fmt: skip


def test_every_error_is_the_built_in_one_that_people_catch():
    assert set(BUILT_IN) == OURS - {"NbannotateError", "WorkspaceError"}
    for name, built_in in BUILT_IN.items():
        assert issubclass(getattr(errors, name), built_in), name


@pytest.mark.parametrize("name", sorted(OURS))
def test_an_error_says_its_sentence_wherever_it_goes(name):
    error = getattr(errors, name)("There is no 'x'.", Wait(3))
    for same in (error, pickle.loads(pickle.dumps(error)), copy.copy(error), revive(told(error))):
        assert (type(same), str(same), same.fact) == (type(error), "There is no 'x'.", Wait(3))
    assert traceback.format_exception_only(error)[-1].endswith(f"{name}: There is no 'x'.\n")


def readers(tree: ast.Module) -> Iterator[str]:
    """Yield the functions that look into the sentence of an error of ours, or into one that such a one hands them."""
    functions = {f.name: f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)}
    seen: set[tuple[str, str]] = set()

    def follow(body: list[ast.AST], error: str, texts: set[str], where: str) -> Iterator[str]:
        def told(node: ast.AST) -> bool:
            match node:
                case ast.Name(id=name):
                    return name in texts
                case ast.Call(func=ast.Name(id="str"), args=[ast.Name(id=name)]):
                    return name == error
                case ast.Attribute(value=ast.Name(id=name), attr="args"):
                    return name == error
                case ast.Subscript(value=value):
                    return told(value)
                case ast.JoinedStr(values=values):
                    return any(told(v) for v in values)
                case ast.FormattedValue(value=value):
                    return told(value) or (isinstance(value, ast.Name) and value.id == error)
                case ast.Call(func=ast.Attribute(value=value)):
                    return told(value)
            return False

        nodes = [n for statement in body for n in ast.walk(statement)]
        for node in nodes:
            if isinstance(node, ast.Assign) and told(node.value):
                texts |= {t.id for t in node.targets if isinstance(t, ast.Name)}
        for node in nodes:
            match node:
                case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in READING and told(value):
                    yield where
                case ast.Compare(left=left, comparators=others) if any(told(n) for n in (left, *others)):
                    yield where
                case ast.Subscript(value=value, slice=ast.Slice()) if told(value):
                    yield where
                case ast.Call(func=ast.Attribute(value=ast.Name(id="re")), args=args) if any(map(told, args)):
                    yield where
                case ast.Call(func=ast.Name(id=name), args=args) if name in functions:
                    called = functions[name]
                    for argument, parameter in zip(args, called.args.args, strict=False):
                        if told(argument) and (name, parameter.arg) not in seen:
                            seen.add((name, parameter.arg))
                            yield from follow(list(called.body), "", {parameter.arg}, name)

    for function in functions.values():
        for handler in ast.walk(function):
            if not isinstance(handler, ast.ExceptHandler) or not handler.name or handler.type is None:
                continue
            caught = {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
            if caught & OURS:
                yield from follow(list(handler.body), handler.name, set(), function.name)


def test_no_program_reads_a_sentence():
    found = {
        f"{path.relative_to(SOURCE)}:{name}"
        for path in sorted(SOURCE.rglob("*.py"))
        for name in readers(ast.parse(path.read_text("utf-8")))
    }
    assert found == KNOWN, "give the error a fact, and read that"


@pytest.mark.parametrize(
    "code",
    [
        "def f():\n  try: g()\n  except Refused as e:\n    return 'asset' in str(e)",
        "def f():\n  try: g()\n  except (OSError, Refused) as e:\n    said = str(e)\n    return said.split(':')",
        "def h(t):\n  return re.search('x', t)\ndef f():\n  try: g()\n  except Conflict as e:\n    return h(str(e))",
        "def f():\n  try: g()\n  except NotFound as e:\n    return e.args[0][3:]",
    ],
)
def test_who_reads_one_is_found(code):
    assert list(readers(ast.parse(code)))
