"""Run at the start of each Python process that a test starts: servers start, and passwords are hashed, cheaply.

jsonschema's optional check of IRIs compiles a grammar when it is imported, which takes three seconds of each
JupyterLab and Voilà; it counts as not installed here, as ``serve/trimmed_imports.py`` has it for our own server.

The real parameters of argon2 cost a quarter second and 64 MiB for each of hundreds of members and logins
(``tests/operations/test_members.py`` holds them). Only what hashes imports argon2, so it is changed there.
"""

import sys
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


class Argon2:
    """Finds argon2, and lets it hash with the least memory and time."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return how argon2 is loaded; other modules are found by others."""
        if name != "argon2":
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def cheaply(module: ModuleType) -> None:
                load(module)

                class Cheap(module.PasswordHasher):  # type: ignore[misc,name-defined]
                    """argon2id with the least memory and time."""

                    def __init__(self) -> None:
                        super().__init__(time_cost=1, memory_cost=8, parallelism=1)

                module.PasswordHasher = Cheap  # type: ignore[attr-defined]

            spec.loader.exec_module = cheaply  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, Argon2())  # type: ignore[arg-type]
