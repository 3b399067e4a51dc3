"""The DuckDB file: the engine, the ordered migrations, and all SQL that writes.

Tables live in the schema ``data`` and are nobody's business but this package's; everyone else reads the public
views of the schema ``main``. duckdb is imported only when an engine is opened, so that clients stay light.
"""
