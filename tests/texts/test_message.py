"""A sentence that knows what it was made from: said, copied, sent, and put together."""

from __future__ import annotations

import copy
import pickle

import msgspec
import pytest

from nbannotate.errors import NbannotateError, Refused, revive, told
from nbannotate.texts import ENGLISH, Message, from_json, joined, languages, quoted, t, texts_of, tn, to_json
from nbannotate.texts.message import PLACE

NAMED = t("The tag {name} is locked; unlock it before you change it.", name=quoted("blurred"))


def made(message: Message) -> tuple[object, ...]:
    """Return all that a message was made from."""
    values = {name: made(v) if isinstance(v, Message) else v for name, v in message.values.items()}
    return str(message), message.text, values, message.one


def test_a_message_is_its_sentence() -> None:
    assert NAMED == "The tag 'blurred' is locked; unlock it before you change it."
    assert (NAMED.text, NAMED.values) == (
        "The tag {name} is locked; unlock it before you change it.",
        {"name": "'blurred'"},
    )
    assert type(str(NAMED)) is str
    assert tn(1200, "{n} image", "{n} images") == "1,200 images"
    assert Message("{what} stands here") == "{what} stands here"
    assert Message(NAMED) is NAMED


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_of_a_message_knows_the_same(again: object) -> None:
    for message in (NAMED, tn(1, "{n} image", "{n} images"), joined([NAMED, NAMED])):
        assert made(again(message)) == made(message)  # type: ignore[operator]


class Told(msgspec.Struct, frozen=True):
    """What holds messages."""

    one: Message
    several: tuple[Message, ...] = ()
    perhaps: Message | None = None


def test_a_message_is_sent_as_what_it_was_made_from() -> None:
    given = Told(NAMED, (tn(1, "{n} image", "{n} images"), joined([NAMED, "More."])), Message())
    sent = msgspec.json.encode(given, enc_hook=to_json)
    read = msgspec.json.decode(sent, type=Told, dec_hook=from_json)
    assert [made(m) for m in (read.one, *read.several)] == [made(m) for m in (given.one, *given.several)]
    assert read.perhaps == ""
    assert msgspec.to_builtins(given, enc_hook=to_json)["one"] == {
        "text": NAMED.text, "values": {"name": {"text": "'{name}'", "values": {"name": "blurred"}}},
    }  # fmt: skip
    assert msgspec.json.decode(b'{"one": "As it was."}', type=Told, dec_hook=from_json).one == "As it was."


def test_an_error_keeps_what_its_sentence_was_made_from_on_its_way() -> None:
    error = revive(told(Refused(NAMED)))
    assert type(error) is Refused
    assert (str(error), made(error.message)) == (NAMED, made(NAMED))
    assert NbannotateError().message == "NbannotateError"
    assert revive(told(ValueError("x"))).message == "x"


@pytest.mark.parametrize("language", [language for language in languages() if language != ENGLISH])
def test_a_message_is_said_by_its_text_and_its_values(language: str) -> None:
    texts = texts_of(language)
    english = texts_of(ENGLISH).table["sentences"]
    for key, translated in texts.table["sentences"].items():
        values = {name: 37 if name == "n" else f"<{name}>" for name, _ in PLACE.findall(key)}
        one = english[key]["one"] if isinstance(english[key], dict) else ""
        forms = [translated] if isinstance(translated, str) else list(translated.values())
        assert texts.said(Message(key, values, one)) in {str(Message(form, values)) for form in forms}


def test_names_have_the_quotes_of_the_language_and_what_is_no_text_has_none() -> None:
    assert texts_of("fr").said(NAMED).startswith("Le tag blurred est")
    assert quoted("it's") == "'it's'"
    assert quoted(5) == "5"


def test_what_was_put_together_is_said_one_by_one() -> None:
    both = joined([tn(3, "{n} task to {who}", "{n} tasks to {who}", who="ana"), Message("Say what is wrong.")], " · ")
    assert both == "3 tasks to ana · Say what is wrong."
    assert texts_of("fr").said(both) == "3 tâches à ana · Dites ce qui ne va pas."
