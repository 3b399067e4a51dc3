"""Modules that need no browser, tested where they are written: ``tests/frontend/*.test.ts``, in Node."""

from nbannotate.frontend import building


def test_the_modules_do_what_their_own_tests_say() -> None:
    ran = building.tests()
    assert ran.returncode == 0, ran.stdout
    assert "\nℹ fail 0\n" in ran.stdout
    assert "\nℹ pass 0\n" not in ran.stdout
