"""The files of :mod:`nbannotate.store.postgres.schema`."""
