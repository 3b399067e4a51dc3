"""A workspace in a PostgreSQL database: what only this engine needs. psycopg is imported when one is opened."""
