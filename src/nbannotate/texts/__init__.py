"""What people read, in their language: English sentences are the keys, one JSON file a language holds the others.

Python speaks English and marks what people read with :func:`t` and :func:`tn`; the browser says it in the language of
who looks (``frontend/shared/texts``). A new language is a new file in this folder. See docs/languages.md.
"""

from nbannotate.texts.message import Message, from_json, in_english, joined, quoted, t, tn, to_json, word
from nbannotate.texts.tables import ENGLISH, Texts, answer, choose, languages, plural_categories, texts_of

__all__ = [
    "ENGLISH",
    "Message",
    "Texts",
    "answer",
    "choose",
    "from_json",
    "in_english",
    "joined",
    "languages",
    "plural_categories",
    "quoted",
    "t",
    "texts_of",
    "tn",
    "to_json",
    "word",
]
