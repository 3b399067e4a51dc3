"""One DuckDB file: what only this engine needs."""
