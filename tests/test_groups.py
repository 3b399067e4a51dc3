"""How the tests are run: those that share a site, a server or a JupyterLab run one after another, in one process."""

from __future__ import annotations

import pytest


def test_the_tests_of_a_file_stay_with_one_worker(request):
    if not request.config.getoption("loadgroup", False):
        pytest.skip("the tests are not shared out by groups")
    assert all("@" in item.nodeid for item in request.session.items), "pytest-xdist did not read the groups"
