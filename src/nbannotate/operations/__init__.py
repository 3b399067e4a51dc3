"""One function an operation: check the right, read, decide, write. Everyone who uses a workspace comes through here."""
