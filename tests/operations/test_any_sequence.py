"""Random people do random allowed and forbidden things in random campaigns; nothing is lost, nothing breaks.

``NBANNOTATE_SEQUENCES=2000`` runs so many sequences, at random; without it a few run, always the same ones.
A sequence that fails is printed as it was; making it shorter would take many times as long.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

from .any_sequence_golden import Golden
from .any_sequence_managing import Managing
from .any_sequence_working import Working

pytestmark = pytest.mark.slow
SEQUENCES = int(os.environ.get("NBANNOTATE_SEQUENCES", "0"))


class Work(Working, Managing, Golden):
    """Everything at once."""


TestAnySequenceOfWork = Work.TestCase
TestAnySequenceOfWork.settings = settings(
    max_examples=SEQUENCES or 5, stateful_step_count=25, deadline=None, derandomize=not SEQUENCES, database=None,
    print_blob=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck),
)  # fmt: skip
