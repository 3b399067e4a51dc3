"""XML as text, and small trees of it as JSON, for what is kept and written again as it was."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from nbannotate.files.parsing import Element

#: What no XML holds, not even escaped.
STRANGE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NAME = re.compile(r"[A-Za-z_][\w.-]*")
_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_IN_QUOTES = {**_IN_TEXT, '"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
_TEXT, _QUOTES = re.compile("[&<>\r]"), re.compile('[&<>\r"\n\t]')
_PLAIN = re.compile(r"[\w .,;:/()#-]*")


def text(value: str) -> str:
    """Return a text as it stands between tags; characters that XML has not become U+FFFD."""
    return _TEXT.sub(lambda m: _IN_TEXT[m[0]], STRANGE.sub("\ufffd", value))


def start(tag: str, attributes: Mapping[str, str], empty: bool = False) -> str:
    """Return the start of an element, or with ``empty`` all of one."""
    its = "".join([f' {name}="{_quoted(value)}"' for name, value in attributes.items()])
    return f"<{tag}{its}{'/' if empty else ''}>"


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    return _QUOTES.sub(lambda m: _IN_QUOTES[m[0]], STRANGE.sub("\ufffd", value))


def tree(element: Element | Any) -> Any:
    """Return what is in an element: its text, or if there are elements in it, a list of names and what is in them."""
    if len(element):
        return [[child.tag, tree(child)] for child in element]
    return element.text or ""


def elements(found: Iterable[Any], indent: int) -> str:
    """Return what :func:`tree` gave as XML again, one element a line; what is no such thing is left out."""
    space, out = "  " * indent, []
    for pair in found:
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str) or not NAME.fullmatch(pair[0]):
            continue
        tag, value = pair
        if isinstance(value, list):
            out.append(f"{space}<{tag}>\n{elements(value, indent + 1)}{space}</{tag}>\n")
        else:
            out.append(f"{space}<{tag}>{text(str(value))}</{tag}>\n")
    return "".join(out)
