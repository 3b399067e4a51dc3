"""What the cards of structs say."""

from nbannotate.model.cards import done, labels, listed, people, plans, recipes

__all__ = ["done", "labels", "listed", "people", "plans", "recipes"]
