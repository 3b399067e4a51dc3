"""How far people, or a model and people, agree: pure functions of shapes and of values, without a database."""
