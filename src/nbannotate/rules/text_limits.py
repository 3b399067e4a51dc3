"""What people may write to each other: comments, and reasons why something is of no use."""

from __future__ import annotations

import unicodedata

from nbannotate.errors import InvalidInput

#: The longest text that one person sends to others.
LONGEST = 4000

#: Kinds of characters that show nothing: separators, and controls, formats, halves and what has no meaning.
_UNSEEN = ("Z", "C")

#: What turns the direction of the text that stands after it, also of text that somebody else wrote.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def checked(text: str, what: str, longest: int = LONGEST) -> str:
    """Return what somebody wrote, without the space around it.

    Parameters
    ----------
    text
        As it was sent.
    what
        Begins the sentence of the refusal, for example ``"Say what is wrong"``.
    longest
        So many characters at most.

    Raises
    ------
    InvalidInput
        It is too long, shows nothing, or has characters that no text can hold or that show other text wrongly.
    """
    said = text.strip()
    if len(said) > longest or all(unicodedata.category(c).startswith(_UNSEEN) for c in said):
        raise InvalidInput(f"{what} in 1 to {longest} characters.")
    for character in said:
        kind = unicodedata.category(character)
        if (kind == "Cc" and character not in "\n\r\t") or kind == "Cs" or character in _TURNING:
            raise InvalidInput(f"{what} without the character U+{ord(character):04X}, which cannot be shown.")
    return said
