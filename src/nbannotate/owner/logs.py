"""Logs for machines: a line of JSON an event, which names nobody.

In it are the event, its numbers and the fields that it declares. A member is the id, which says who only to somebody
who may read the workspace; addresses and what somebody typed are left out, and of an error is told its kind and where
it happened, but not its sentence, which may name people and files. What a library says is told by
its place there.
"""

from __future__ import annotations

import datetime
import json
import logging
import os
import re
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

#: Whether processes that are started write their logs so.
SETTING = "NBANNOTATE_LOG_JSON"
#: The logger that Voilà and Jupyter Server are given.
OF_LIBRARIES = "nbannotate.serve.voila"
_FIELD = re.compile(r"%\((\w+)\)[sdr]")
#: So many of the innermost calls are told of an error.
FRAMES = 5


class Private(str):
    """A text that names somebody or something, and is in logs for people only."""

    __slots__ = ()


class Who:
    """A member, for logs: people read the login, machines the id."""

    def __init__(self, login: str, member_id: int) -> None:
        self.login, self.member_id = login, member_id

    def __str__(self) -> str:
        return self.login


def is_wanted() -> bool:
    """Whether logs are to be JSON, as the environment says."""
    return os.environ.get(SETTING) == "1"


class JsonLines(logging.Formatter):
    """Formats records as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        ours = _is_ours(record.name)
        fields = record.args if ours and isinstance(record.args, Mapping) else {}
        moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _FIELD.sub(r"{\1}", str(record.msg)) if ours else _place(record),
        }
        line |= {name: told for name, value in fields.items() if (told := _told(value)) is not None}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-FRAMES:]
            line["at"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line, ensure_ascii=False)


def _is_ours(name: str) -> bool:
    """Whether what a logger says is one of our own sentences, with fields for what it is about."""
    return name.startswith("nbannotate.") and name != OF_LIBRARIES


def _place(record: logging.LogRecord) -> str:
    return f"{record.module}:{record.lineno} {record.funcName}"


def _told(value: object) -> Any:
    if isinstance(value, Who):
        return value.member_id
    if isinstance(value, BaseException):
        return type(value).__name__
    return None if isinstance(value, Private) else value if isinstance(value, str | int | float) else None
