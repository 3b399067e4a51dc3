"""Shape kinds are found by looking: in the folder, and in the entry points of other packages."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from nbannotate import plugins
from nbannotate.errors import NbannotateError, NotFound
from nbannotate.shapes import FORMS, GESTURES, Kind, kind, kinds, registry


class Line(Kind):
    name = "line"
    title = "Line"
    key = "l"
    closed = False
    min_points = 2


class Nameless(Kind):
    name = ""
    title = "Nothing"


class Formless(Line):
    form = "cloud"


class Copycat(Line):
    name = "rectangle"


@pytest.fixture
def installed(monkeypatch):
    def install(**entries):
        found = tuple(EntryPoint(n, value, "nbannotate.shapes") for n, value in entries.items())
        monkeypatch.setattr(plugins, "entries", lambda group: found)

    return install


def test_rectangle_and_polygon_come_first():
    assert list(kinds())[:2] == ["rectangle", "polygon"]


def test_every_kind_of_the_glossary_is_built_in():
    assert {"rectangle", "polygon", "ellipse", "polyline", "point", "keypoints"} <= set(registry.built_in())


@pytest.mark.parametrize("name", sorted(kinds()))
def test_every_kind_declares_what_the_canvas_needs(name):
    its = kind(name)
    assert its.name == name
    assert its.title
    assert its.gesture in GESTURES
    assert its.form in FORMS
    assert its.min_points >= 1


def test_keys_of_the_kinds_differ():
    keys = [k.key for k in kinds().values() if k.key]
    assert len(keys) == len(set(keys))


def test_an_unknown_kind_names_those_that_there_are():
    with pytest.raises(NotFound, match="rectangle, polygon"):
        kind("circle")


def test_a_kind_of_another_package_is_found(installed, monkeypatch):
    installed(line="any.package:LINE")
    monkeypatch.setattr(EntryPoint, "load", lambda self: Line)
    assert kind("line").title == "Line"
    assert list(kinds()) == [*registry.built_in(), "line"]
    assert kind("line").area([(0, 0), (9, 9)]) == 0
    assert kind("line").contains([(0, 0), (9, 9)], 5, 5) is False


def test_a_broken_package_gives_an_error_that_names_it_but_built_in_kinds_still_work(installed):
    installed(line="no_such_package_here:LINE")
    assert kind("polygon").name == "polygon"
    with pytest.raises(NbannotateError, match=r"'line' of the package 'no_such_package_here:LINE' cannot be loaded"):
        kinds()
    with pytest.raises(NbannotateError, match="Repair or uninstall"):
        kind("line")


@pytest.mark.parametrize(
    ("loaded", "words"),
    [
        (Nameless, "has no name"),
        (Formless, "the form of 'line' must be one of"),
        (Copycat, "has an entry point of another name, 'line'"),
        (42, "must be an nbannotate"),
    ],
)
def test_what_is_not_a_usable_kind_is_refused(installed, monkeypatch, loaded, words):
    installed(line="any.package:LINE")
    monkeypatch.setattr(EntryPoint, "load", lambda self: loaded)
    with pytest.raises(NbannotateError, match=words):
        kinds()


def test_a_kind_of_another_package_does_not_replace_one_of_ours(installed, monkeypatch):
    installed(rectangle="any.package:LINE")
    monkeypatch.setattr(EntryPoint, "load", lambda self: Copycat)
    assert not isinstance(kind("rectangle"), Copycat)
    with pytest.raises(NbannotateError, match=r"'rectangle' of the package 'any\.package:LINE' is there already"):
        kinds()
