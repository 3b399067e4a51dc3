"""Run at the start of each Python process that a test starts: servers start, and owners hash passwords, cheaply.

jsonschema's optional check of IRIs compiles a grammar when it is imported, which takes three seconds of each
JupyterLab and Voilà; it counts as not installed here, as ``nbannotate.serve.lean`` has it for our own server.

The real parameters cost a quarter second and 64 MiB for each of hundreds of members and logins
(``tests/operations/test_members.py`` holds them). Only owner processes hash, so only they import argon2 here.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

if "nbannotate.owner" in sys.orig_argv:
    import argon2

    class Cheap(argon2.PasswordHasher):
        """argon2id with the least memory and time."""

        def __init__(self) -> None:
            super().__init__(time_cost=1, memory_cost=8, parallelism=1)

    argon2.PasswordHasher = Cheap  # type: ignore[misc]
