"""Modules that need no browser, in Node: their own tests (``tests/frontend/*.test.ts``), and that they do as Python."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

from nbannotate.frontend import building
from nbannotate.rules import attribution


def test_the_modules_do_what_their_own_tests_say() -> None:
    ran = building.tests()
    assert ran.returncode == 0, ran.stdout
    assert "\nℹ fail 0\n" in ran.stdout
    assert "\nℹ pass 0\n" not in ran.stdout


def test_work_is_shared_in_a_preview_as_the_operation_shares_it(tmp_path: Path) -> None:
    random = Random(7)
    weights = [0, 0.1, 0.2, 0.3, 0.7, 1, 1, 2, 2.5, 3, 10, 1 / 3]
    cases = [(random.randrange(10_000), [1, *random.choices(weights, k=random.randrange(1, 9))]) for _ in range(400)]
    script = tmp_path / "split.mjs"
    script.write_text(
        f"import {{ split }} from {json.dumps((building.HERE / 'manage' / 'split.ts').as_uri())};\n"
        f"console.log(JSON.stringify({json.dumps(cases)}.map(([total, shares]) => split(total, shares))));\n"
    )
    ran = building.node(str(script))
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [attribution.split(total, shares) for total, shares in cases]
