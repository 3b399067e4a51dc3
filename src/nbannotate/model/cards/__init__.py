"""What the cards of structs say."""

from nbannotate.model.cards import done, listed, people, plans, recipes

__all__ = ["done", "listed", "people", "plans", "recipes"]
