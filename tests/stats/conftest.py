import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # planted and real are read by name
