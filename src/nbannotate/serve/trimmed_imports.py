"""Imported before Jupyter Server: leaves out what costs a second at every start and is used by nothing here.

jsonschema's optional check of IRIs compiles a grammar when it is imported, which takes more than twice as long as all
else that this server imports. While jsonschema is imported here, that package counts as not installed.
"""

import sys

IRI_GRAMMAR = "rfc3987_syntax"

if "jsonschema" not in sys.modules and IRI_GRAMMAR not in sys.modules:
    sys.modules[IRI_GRAMMAR] = None  # type: ignore[assignment]  # how Python marks a module as not there
    import jsonschema  # type: ignore[import-untyped]  # noqa: F401

    del sys.modules[IRI_GRAMMAR]
