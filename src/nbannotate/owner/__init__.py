"""The owner process: the only one that opens a workspace's file, and the clients that talk to it.

Everyone who uses a workspace is a client: a notebook, an annotator's kernel, a dashboard. They differ only in the
token that they show. :mod:`nbannotate.owner.client` imports neither duckdb nor pandas.
"""
