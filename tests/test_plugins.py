"""Plug-ins of other packages: formats, tables and charts are found and refused as shape kinds and hooks are."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Any

import pytest

import nbannotate as nb
from nbannotate import charts, formats, plugins, stats
from nbannotate.errors import InvalidInput, NbannotateError


class Boxes(type(formats.get("csv"))):  # type: ignore[misc]
    """The format of another package."""

    name = "boxes"


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a package have an entry point, which names an object."""

    def install(group: str, name: str, its: object) -> None:
        entry = EntryPoint(name, "other.package:IT", f"nbannotate.{group}")
        monkeypatch.setattr(plugins, "entries", lambda wanted: (entry,) if wanted == entry.group else ())
        monkeypatch.setattr(EntryPoint, "load", lambda self: its)

    return install


def test_a_format_of_another_package_is_written_and_read(installed: Callable[..., None]) -> None:
    installed("formats", "boxes", Boxes())
    assert formats.get("boxes").name == "boxes"
    assert list(formats.available())[-1] == "boxes"


@pytest.mark.parametrize(
    ("name", "its", "words"),
    [
        ("boxes", 42, "this is not a format"),
        ("csv", Boxes(), "'csv' of the package 'other.package:IT' is there already"),
        ("crates", Boxes(), "'boxes' has an entry point of another name, 'crates'"),
    ],
)
def test_what_is_no_usable_format_is_refused(
    installed: Callable[..., None], name: str, its: Any, words: str
) -> None:  # fmt: skip
    installed("formats", name, its)
    with pytest.raises(NbannotateError, match=words):
        formats.available()
    assert formats.get("coco").name == "coco"


def test_an_unknown_format_names_those_of_other_packages_too(installed: Callable[..., None]) -> None:
    installed("formats", "boxes", Boxes())
    with pytest.raises(InvalidInput, match="boxes"):
        formats.get("bocses")


@pytest.mark.parametrize(("package", "its"), [(stats, stats.members), (charts, charts.members)])
def test_tables_and_charts_of_another_package_are_listed_and_found(
    installed: Callable[..., None], package: Any, its: Any
) -> None:
    installed(package.__name__.rpartition(".")[2], "workforce", its)
    assert "workforce" in package.names()
    assert "workforce" in dir(package)
    assert package.workforce is its


@pytest.mark.parametrize("package", [stats, charts])
def test_a_function_that_is_not_declared_is_refused(installed: Callable[..., None], package: Any) -> None:
    installed(package.__name__.rpartition(".")[2], "workforce", len)
    with pytest.raises(NbannotateError, match=r"'other\.package:IT': a function is not declared with the decorator"):
        package.workforce  # noqa: B018
    with pytest.raises(AttributeError, match=r"has no 'workfarce'; there are: .*workforce"):
        package.workfarce  # noqa: B018


def test_a_page_of_statistics_names_what_another_package_offers(installed: Callable[..., None]) -> None:
    installed("stats", "workforce", stats.members)
    workspace = nb.open(":memory:")
    assert nb.stats.workforce(workspace).columns.tolist() == stats.members(workspace).columns.tolist()
