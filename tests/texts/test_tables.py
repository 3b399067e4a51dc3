"""The tables of texts: complete, in step with the code, and a sentence is recognised whatever its values are."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from nbannotate.texts import ENGLISH, choose, languages, t, texts_of, tn
from nbannotate.texts.message import PLACE
from nbannotate.texts.tables import has_words, singulars

_spec = importlib.util.spec_from_file_location("make_texts", Path(__file__).parents[2] / "docs" / "make_texts.py")
assert _spec is not None
assert _spec.loader is not None
make_texts: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_texts)

OTHERS = [language for language in languages() if language != ENGLISH]


def test_the_languages_name_themselves_english_first() -> None:
    assert next(iter(languages().items())) == ("en", "English")
    names = {"de": "Deutsch", "es": "Español", "fr": "Français", "ja": "日本語", "zh": "简体中文"}
    assert names.items() <= languages().items()


def test_every_text_of_the_code_is_in_the_tables_and_none_is_left_over() -> None:
    there = texts_of(ENGLISH).table
    made = make_texts.template(there)
    for section in ("texts", "sentences"):
        assert set(there[section]) == set(made[section]), "run python docs/make_texts.py"
    assert there == made, "run python docs/make_texts.py"


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_everything_with_the_same_values(language: str) -> None:
    assert list(make_texts.problems(texts_of(language).table, texts_of(ENGLISH).table, language)) == []


def test_a_table_that_lacks_a_text_or_a_value_is_found_out() -> None:
    english = {"texts": {"{n} of {total}": "{n} of {total}", "Submit": "Submit"}, "sentences": {}}
    wrong = {"texts": {"{n} of {total}": "{n} sur {tout}", "Old": "Vieux"}, "sentences": {}}
    said = list(make_texts.problems(wrong, english, "fr"))
    assert any("{n} of {total}" in row and "tout" in row for row in said)
    assert any("'Submit' is not translated" in row for row in said)
    assert any("'Old' is not in the code any more" in row for row in said)


def test_a_table_that_lacks_a_plural_or_has_one_too_much_is_found_out() -> None:
    english = {"texts": {"{n} images": {"one": "{n} image", "other": "{n} images"}}, "sentences": {}}

    def wrong(language: str, text: object) -> list[str]:
        return list(make_texts.problems({"texts": {"{n} images": text}, "sentences": {}}, english, language))

    assert "few" in wrong("pl", {"one": "{n} obraz", "many": "{n} obrazów"})[0]
    polish = {"one": "{n} obraz", "few": "{n} obrazy", "many": "{n} obrazów", "other": "{n} obrazu"}
    assert wrong("pl", polish) == []
    assert "it counts" in wrong("pl", "{n} obrazów")[0]
    assert "one" in wrong("ja", {"one": "{n} 枚", "other": "{n} 枚"})[0]
    assert wrong("ja", "{n} 枚") == []


def samples() -> list[tuple[str, dict[str, str]]]:
    """Return every sentence that Python makes with values in it, in the plural and in the singular."""
    found = []
    for key in texts_of(ENGLISH).table["sentences"]:
        for form in [key, singulars()[key]] if key in singulars() else [key]:
            names = [name for name, _ in PLACE.findall(form)]
            values = {n: "1" if form != key else "37" if n == "n" else f"<{n}>" for n in names}
            found.append((key, values | {"": form}))
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_is_recognised_by_what_is_around_its_values(language: str) -> None:
    texts, missed = texts_of(language), []
    for key, values in samples():
        english = str(t(values[""], **values))
        translated = texts.table["sentences"][key]
        forms = [translated] if isinstance(translated, str) else list(translated.values())
        if has_words(key) and texts.said(english) not in {t(form, **values) for form in forms}:
            missed.append((english, texts.said(english)))
    assert missed == []


def test_sentences_one_after_the_other_and_pieces_are_said_one_by_one() -> None:
    said = texts_of("fr").said
    assert said("Nobody is logged in here. Say what is wrong.") == (
        "Personne n’est connecté ici. Dites ce qui ne va pas."
    )
    assert said("3 tasks to ana · 1 task to ben.") == "3 tâches à ana · 1 tâche à ben."
    assert said("1 image submitted.") == "1 image soumise."
    assert said("The tag 'blurred' is locked; unlock it before you change it.").startswith("Le tag blurred est")
    assert said("What nobody has translated: 3.") == "What nobody has translated: 3."
    assert said("Draw: polygon") == "Dessiner\u00a0: polygone"


def test_english_stays_as_it_was_written() -> None:
    assert texts_of(ENGLISH).said("3 images submitted.") == "3 images submitted."
    assert tn(1, "{n} image of {name}", "{n} images of {name}", name="July") == "1 image of July"
    assert tn(1200, "{n} image", "{n} images") == "1,200 images"
    assert t("{login} has {what+}.", login="ana", what="{it}") == "ana has {it}."


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [
        (None, "", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "it-CH,fr;q=0.7,en;q=0.3", "fr"),
        (None, "de-CH,fr;q=0.7,en;q=0.3", "de"),
        (None, "en-GB,fr;q=0.9", "en"),
        (None, "fr;q=0,en", "en"),
        (None, "nonsense;q=x,,;;fr", "en"),
        ("fr", "zh-CN", "fr"),
        ("../../x", "zh", "zh"),
    ],
)
def test_what_was_chosen_counts_then_what_the_browser_wants(chosen: str | None, accepted: str, language: str) -> None:
    assert choose(chosen, accepted) == language
