"""Operations, called as people call them."""

import pytest

pytest.register_assert_rewrite(
    *(f"{__name__}.any_sequence_{part}" for part in ("ground", "managing", "oracle", "recount", "working", "written"))
)
