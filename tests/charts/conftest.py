import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "stats"))  # planted and real are read by name
