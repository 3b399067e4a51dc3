"""Pseudo-locales, and a language that comes as one file: Polish with its plurals, Arabic from right to left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbannotate.texts import ENGLISH, choose, languages, plural_categories, texts_of
from nbannotate.texts import tables as catalogues
from nbannotate.texts.message import PLACE
from nbannotate.texts.pseudo import LOCALES, said


@pytest.mark.parametrize("language", LOCALES)
def test_a_pseudo_locale_says_every_text_otherwise_with_the_same_values(language: str) -> None:
    english, made = texts_of(ENGLISH).table, texts_of(language).table
    for section in ("texts", "sentences"):
        assert made[section].keys() == english[section].keys()
        for key, text in made[section].items():
            whole = text["other"] if isinstance(text, dict) else text
            assert PLACE.findall(whole) == PLACE.findall(key.partition("//")[0])
            if any(letter.isascii() and letter.isalpha() for letter in PLACE.sub("", key.partition("//")[0])):
                assert text != english[section][key], key


def test_a_pseudo_locale_is_longer_or_from_right_to_left_and_stands_in_no_menu() -> None:
    assert said("Submit", "en-XA") == "⟦Šûûƀɱííţ⟧"
    assert said("{n} of {total}", "ar-XB") == "{n}\u202e of \u202c{total}"
    assert (texts_of("en-XA").direction, texts_of("ar-XB").direction) == ("ltr", "rtl")
    assert texts_of("ar-XB").table["texts"]["{n} images"].keys() == {"zero", "one", "two", "few", "many", "other"}
    assert plural_categories("ar") == {"zero", "one", "two", "few", "many", "other"}
    assert not set(LOCALES) & set(languages())
    assert [choose(tag) for tag in (*LOCALES, "en-XC")] == [*LOCALES, "en"]


@pytest.fixture
def with_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of languages that has English, and whatever a test puts beside it."""
    (tmp_path / "en.json").write_bytes((catalogues.HERE / "en.json").read_bytes())
    monkeypatch.setattr(catalogues, "HERE", tmp_path)
    kept = (catalogues.languages, catalogues.texts_of, catalogues.singulars)
    for cached in kept:
        cached.cache_clear()
    yield tmp_path
    for cached in kept:
        cached.cache_clear()


def test_a_language_is_one_file_with_its_plurals_and_its_direction(with_files: Path) -> None:
    images = {
        "one": "{n} obraz przesłany.",
        "few": "{n} obrazy przesłane.",
        "many": "{n} obrazów przesłanych.",
        "other": "{n} obrazu.",
    }
    polish = {"name": "Polski", "texts": {"Submit": "Prześlij"}, "sentences": {"{n} images submitted.": images}}
    arabic = {"name": "العربية", "texts": {"Submit": "إرسال"}, "sentences": {}}
    (with_files / "pl.json").write_text(json.dumps(polish), "utf-8")
    (with_files / "ar.json").write_text(json.dumps(arabic), "utf-8")
    assert languages() == {"en": "English", "pl": "Polski", "ar": "العربية"}
    assert choose(None, "pl-PL,pl;q=0.9") == "pl"
    heard = [texts_of("pl").said(f"{n} images submitted." if n != 1 else "1 image submitted.") for n in (1, 3, 5, 22)]
    assert heard == [
        "1 obraz przesłany.", "3 obrazy przesłane.", "5 obrazów przesłanych.", "22 obrazy przesłane."
    ]  # fmt: skip
    assert (texts_of("pl").direction, texts_of("ar").direction) == ("ltr", "rtl")
    assert texts_of("ar")("Submit") == "إرسال"
    assert texts_of("ar").sent["direction"] == "rtl"
