"""The address of a database is shown without what is secret in it."""

from __future__ import annotations

import pytest

from nbannotate.store.postgres.address import is_address, shown, without_secrets

ADDRESSES = {
    "postgresql://ann:s3cret@db.example.org:5433/labels?sslmode=require": "postgresql://ann@db.example.org:5433/labels",
    "postgres://ann:s3cret@db/labels?password=s3cret": "postgresql://ann@db/labels",
    "postgresql:///labels?host=/run/pg&user=ann&password=s3cret": "postgresql://ann@/labels?host=/run/pg",
    "postgresql:///?dbname=labels&host=db&port=5433&password=s3cret": "postgresql://db:5433/labels",
    "postgresql://ann:s3cr%65t@db/labels": "postgresql://ann@db/labels",
}


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_is_shown_without_its_password(url: str) -> None:
    assert is_address(url)
    assert shown(url) == ADDRESSES[url]
    said = without_secrets(f"could not connect to {url}, password=s3cret for ann", url)
    assert "s3cret" not in said
    assert "for ann" in said


def test_a_file_is_no_address() -> None:
    assert not is_address("work.duckdb")
    assert not is_address("postgresql.duckdb")
    assert not is_address(None)
