import sys
from pathlib import Path

import pytest

from nbannotate.store import answers

sys.path.insert(0, str(Path(__file__).parent))  # planted and real are read by name


@pytest.fixture(scope="session", autouse=True)
def _answers_are_kept():
    """Keep every answer, so that what is told is told again from it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "WORTH_S", 0.0)
        yield
