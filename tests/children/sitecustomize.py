"""Run at the start of each Python process that a test starts: its owner processes hash passwords cheaply.

The real parameters cost a quarter second and 64 MiB for each of hundreds of members and logins
(``tests/operations/test_members.py`` holds them). Only owner processes hash, so only they import argon2 here.
"""

import sys

if "nbannotate.owner" in sys.orig_argv:
    import argon2

    class Cheap(argon2.PasswordHasher):
        """argon2id with the least memory and time."""

        def __init__(self) -> None:
            super().__init__(time_cost=1, memory_cost=8, parallelism=1)

    argon2.PasswordHasher = Cheap  # type: ignore[misc]
