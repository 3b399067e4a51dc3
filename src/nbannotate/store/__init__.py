"""Where a workspace lies: what a store is (:mod:`.engine`), the ordered migrations, and all SQL that writes.

Tables live in the schema ``data`` and are nobody's business but this package's; everyone else reads the public
views of the schema ``main``. What only one database needs stands in a package of its own: ``duckdb/``. duckdb itself is
imported only when an engine is opened, so that clients stay light.
"""
