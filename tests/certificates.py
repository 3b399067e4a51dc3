"""Certificates of localhost, signed by themselves, for what speaks TLS in tests."""

from __future__ import annotations

import subprocess
from pathlib import Path


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate that holds for two days, and its key; openssl makes them."""
    made, key = folder / "it.pem", folder / "it.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
         "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", made, "-keyout", key],
        check=True, capture_output=True,
    )  # fmt: skip
    return made, key
