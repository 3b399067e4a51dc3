"""What all pages use: message delivery, the worker thread, Markdown, and JSON that people type."""
