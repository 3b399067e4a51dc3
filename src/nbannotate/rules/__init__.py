"""What may happen: pure functions over values of the model. No database, no clock, no I/O."""
