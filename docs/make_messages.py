"""Write ``src/nbannotate/frontend/generated``: TypeScript types of all messages between Python and the browser.

``python docs/make_messages.py``; a test fails when the files are not what this writes. The types are read from the
structs: what Python sends has all of its fields (but for ``omit_defaults``), in what the
browser sends those with a default may be left away.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
from msgspec import inspect as types

from nbannotate import frontend
from nbannotate.canvas import messages as canvas
from nbannotate.canvas import told as canvas_told
from nbannotate.pages.manage import actions as manage
from nbannotate.pages.manage import messages, statistics_messages, task_table
from nbannotate.pages.manage import render as manage_render
from nbannotate.pages.work import actions, events, render
from nbannotate.texts.message import Message, Sent

FOLDER = Path(frontend.__file__).parent / "generated"
HEAD = "// Written by docs/make_messages.py from the structs in {of}; do not edit.\n"
PLAIN: dict[type[types.Type], str] = {
    types.StrType: "string", types.IntType: "number", types.FloatType: "number", types.BoolType: "boolean",
    types.NoneType: "null", types.AnyType: "unknown", types.RawType: "unknown", types.DateTimeType: "string",
    types.DateType: "string",
}  # fmt: skip
LINE = 120


class Interfaces:
    """The interfaces of some structs and of all that is in them.

    Parameters
    ----------
    sent
        Whether the browser sends them: then what has a default is optional.
    """

    def __init__(self, *, sent: bool) -> None:
        self._sent = sent
        self._made: dict[str, tuple[type, str]] = {}

    def of(self, kind: type[msgspec.Struct]) -> str:
        """Return the name of a struct's interface, which is made if it is not there."""
        found: Any = types.type_info(kind)
        return self._name(found)

    def text(self) -> str:
        """Return all interfaces."""
        return "\n".join(text for _, text in self._made.values())

    def _name(self, info: types.StructType, *, base: bool = False) -> str:
        name = info.cls.__name__
        if name in self._made:
            if self._made[name][0] is not info.cls:
                raise ValueError(f"Two structs are called {name}.")
            return name
        self._made[name] = info.cls, ""  # it may hold itself
        tag = [] if info.tag_field is None or base else [f'  {info.tag_field}: "{info.tag}";']
        above = info.cls.__base__
        inherited = above.__struct_fields__ if issubclass(above, msgspec.Struct) else ()
        extends = ""
        if inherited:
            found: Any = types.type_info(above)
            extends = f" extends {self._name(found, base=True)}"
        omits = info.cls.__struct_config__.omit_defaults
        lines = [self._field(f, omits=omits) for f in info.fields if f.name not in inherited]
        head = (inspect.getdoc(info.cls) or "").splitlines()[0].replace("``", "`")
        body = "\n".join([*tag, *lines])
        self._made[name] = info.cls, f"/** {head} */\nexport interface {name}{extends} {{\n{body}\n}}\n"
        return name

    def _field(self, field: types.Field, *, omits: bool) -> str:
        optional = "?" if not field.required and (self._sent or omits) else ""
        start = f"  {field.encode_name}{optional}:"
        written = f"{start} {self.type(field.type)};"
        if len(written) <= LINE or not isinstance(field.type, types.UnionType | types.LiteralType):
            return written
        return start + "".join(f"\n    | {part}" for part in self._parts(field.type)) + ";"

    def type(self, info: types.Type) -> str:
        """Return how a type is written."""
        while isinstance(info, types.Metadata):
            info = info.type
        if type(info) in PLAIN:
            return PLAIN[type(info)]
        if isinstance(info, types.StructType):
            return self._name(info)
        if isinstance(info, types.CustomType) and info.cls is Message:
            return f'{self._name(types.type_info(Sent))} | ""'  # type: ignore[arg-type]
        if isinstance(info, types.UnionType | types.LiteralType):
            return " | ".join(self._parts(info))
        if isinstance(info, types.TupleType):
            return f"[{', '.join(map(self.type, info.item_types))}]"
        if isinstance(info, types.ListType | types.VarTupleType | types.SetType | types.FrozenSetType):
            item = self.type(info.item_type)
            return f"({item})[]" if " | " in item and not item.startswith(("[", "(", "Record<")) else f"{item}[]"
        if isinstance(info, types.DictType):
            return f"Record<string, {self.type(info.value_type)}>"
        raise TypeError(f"{info} has no type in TypeScript yet.")

    def _parts(self, info: types.UnionType | types.LiteralType) -> list[str]:
        if isinstance(info, types.LiteralType):
            return [f'"{v}"' if isinstance(v, str) else str(v).lower() for v in info.values]
        return list(dict.fromkeys(part for t in info.types for part in self._of_part(t)))

    def _of_part(self, info: types.Type) -> list[str]:
        return self._parts(info) if isinstance(info, types.LiteralType) else [self.type(info)]


def union(name: str, doc: str, parts: Iterable[str]) -> str:
    """Return a type that is one of several."""
    start, every = f"export type {name} =", list(parts)
    line = f"{start} {' | '.join(every)};"
    text = line if len(line) <= LINE else start + "".join(f"\n  | {part}" for part in every) + ";"
    return f"/** {doc} */\n{text}\n"


def every_action(names: Iterable[str]) -> str:
    """Return the type of all that the browser asks for."""
    return union("AnyAction", "All that the browser asks for.", names)


def every_event(names: Iterable[str]) -> str:
    """Return the type of all that Python tells once."""
    return union("AnyEvent", "All that Python tells once.", names)


def answers(told: Interfaces, returned: Mapping[Any, Any]) -> str:
    """Return what each action is answered with: an interface with its name as a key."""
    lines = []
    for kind, answer in returned.items():
        found: Any = types.type_info(answer)
        lines.append(f"  {kind.__struct_config__.tag}: {told.type(found)};")
    return "/** What each action is answered with. */\nexport interface Answers {\n" + "\n".join(lines) + "\n}\n"


def of_pages() -> dict[str, str]:
    """Return the messages of the pages of annotators and reviewers."""
    sent, told = Interfaces(sent=True), Interfaces(sent=False)
    named = [sent.of(kind) for kind in actions.ACTIONS]
    told.of(render.Parts)
    heard = [told.of(kind) for kind in events.EVENTS]
    told.of(actions.PageKey)
    head = HEAD.format(of="nbannotate/pages")
    return {
        "work-actions.ts": f"{head}\n{sent.text()}\n{every_action(named)}",
        "work-views.ts": f"{head}\n{told.text()}\n{every_event(heard)}",
    }


def of_manager() -> dict[str, str]:
    """Return the messages of the manager's page."""
    sent, told = Interfaces(sent=True), Interfaces(sent=False)
    named = [sent.of(kind) for kind in manage.ACTIONS]
    told.of(manage_render.Parts)
    told.of(task_table.Rows)
    heard = [told.of(kind) for kind in (messages.Replied, task_table.RowsSent)]
    given = answers(told, {kind: get_type_hints(does)["return"] for kind, does in manage.ACTIONS.items()})
    head = HEAD.format(of="nbannotate/pages/manage")
    return {
        "manage-actions.ts": f"{head}\n{sent.text()}\n{every_action(named)}",
        "manage-views.ts": f"{head}\n{told.text()}\n{given}\n{every_event(heard)}",
    }


def of_statistics() -> dict[str, str]:
    """Return the messages of the dashboard."""
    sent, told = Interfaces(sent=True), Interfaces(sent=False)
    named = [sent.of(kind) for kind in statistics_messages.ACTIONS]
    told.of(statistics_messages.View)
    contents = [told.of(kind) for kind in statistics_messages.CONTENTS]
    events = (messages.Replied, statistics_messages.CardSent, statistics_messages.LibrarySent)
    heard = [told.of(kind) for kind in events]
    given = answers(told, statistics_messages.ACTIONS)
    content = union("AnyContent", "All that a card may show.", contents)
    head = HEAD.format(of="nbannotate/pages/manage/statistics_messages.py")
    return {
        "statistics-actions.ts": f"{head}\n{sent.text()}\n{every_action(named)}",
        "statistics-views.ts": f"{head}\n{told.text()}\n{given}\n{content}\n{every_event(heard)}",
    }


def of_canvas() -> dict[str, str]:
    """Return the messages between the canvas and its overlay."""
    sent, told = Interfaces(sent=True), Interfaces(sent=False)
    named = [sent.of(kind) for kind in canvas.MESSAGES]
    heard = [told.of(kind) for kind in canvas_told.ALL_TOLD]
    start, after = (HEAD.format(of=f"nbannotate/canvas/{name}.py") for name in ("messages", "told"))
    return {
        "canvas-actions.ts": f"{start}\n{sent.text()}\n{every_action(named)}",
        "canvas-views.ts": f"{after}\n{told.text()}\n{every_event(heard)}",
    }


def of_messages() -> str:
    """Return a sentence as it is sent."""
    told = Interfaces(sent=False)
    told.of(Sent)
    return f"{HEAD.format(of='nbannotate/texts/message.py')}\n{told.text()}"


def written() -> dict[str, str]:
    """Return the files, by name."""
    return {"message.ts": of_messages(), **of_pages(), **of_canvas(), **of_manager(), **of_statistics()}


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in written().items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
