"""A pseudonym in place of a person's names: in what people wrote, and in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

#: The login of somebody who was forgotten; no login that is given to anybody has blanks.
FORGOTTEN = re.compile(r"former member (\d+)")

#: What stands under these keys of JSON names no person, even if somebody is called so.
STRUCTURE = frozenset(
    {
        "kind", "kinds", "label", "labels", "tags", "tag", "attributes", "state", "outcome", "status", "operation",
        "role", "format", "what", "points", "shapes", "action", "attribution", "existing", "dataset", "version",
        "campaigns",
    }
)  # fmt: skip

_PART = r"[A-Za-z0-9_@+]"  # of a login; "." and "-" are, too, where another part follows


def next_pseudonym(logins: Collection[str]) -> str:
    """Return the next name for somebody who is forgotten."""
    numbers = [int(m[1]) for m in map(FORGOTTEN.fullmatch, logins) if m]
    return f"former member {max(numbers, default=0) + 1}"


class Replacing:
    """Puts a pseudonym in the place of names.

    Parameters
    ----------
    names
        The logins that a person has and had.
    pseudonym
        What comes in their place.
    words
        Whether that is done, in what people wrote, wherever a name stands as a word; else only behind an ``@``.
    """

    def __init__(self, names: Collection[str], pseudonym: str, words: bool = True) -> None:
        self._names, self._pseudonym = frozenset(names), pseudonym
        some = "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True))
        before = rf"(?<![A-Za-z0-9_+@.-])(?:{some})" if words else rf"(?<![A-Za-z0-9_+@.-])@(?:{some})"
        mention = rf"(?<![A-Za-z0-9_+.-])@(?:{some})"
        ends = rf"(?!{_PART}|[.-]{_PART})"
        self._word = re.compile(f"(?:{before}|{mention}){ends}", re.IGNORECASE)

    def in_text(self, text: str) -> str:
        """Return what somebody wrote with the pseudonym; a text that is nothing but a name names the person."""
        return self._pseudonym if text in self._names else self._word.sub(self._pseudonym, text)

    def in_json(self, text: str) -> str:
        """Return JSON with the pseudonym in its texts and keys, but for what is of the structure."""
        found = json.loads(text)
        done = self._walked(found)
        return text if done == found else json.dumps(done, ensure_ascii=False, separators=(",", ":"))

    def _walked(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.in_text(value)
        if isinstance(value, list):
            return [self._walked(v) for v in value]
        if isinstance(value, dict):
            return {
                self._pseudonym if k in self._names else k: v if k in STRUCTURE else self._walked(v)
                for k, v in value.items()
            }
        return value
