"""What all handles do: they refuse assignment with what to do in its place, and say what is wrong with a call."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any, ClassVar, NoReturn

from nbannotate.cards import Shown
from nbannotate.errors import NbannotateError, Unchangeable
from nbannotate.model import call_errors
from nbannotate.model.suggestions import meant


class Handle(Shown):
    """The base of what a notebook holds of a workspace: the workspace itself, a campaign, a table, a task.

    Its public methods say in our words what they do not take. Its attributes are assigned until it is sealed, at the
    end of its ``__init__``, and from then on by :meth:`_set` alone; names with an underscore at their beginning are
    everybody's own matter.

    Attributes
    ----------
    _changed_by
        By name, what to do in place of assigning to it; ``""`` stands for all others. ``{name}`` is that name.
    """

    __slots__ = ()

    _changed_by: ClassVar[dict[str, str]] = {}
    _is_sealed = False

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for name, value in list(vars(cls).items()):
            if isinstance(value, FunctionType) and (name in ("__init__", "__call__") or not name.startswith("_")):
                its: Callable[..., Any] = value
                told = call_errors.told(
                    its, lambda why, args: args[0]._wrongly_called(why), f"{cls.__qualname__}.{name}"
                )
                setattr(cls, name, told)

    def _wrongly_called(self, why: NbannotateError) -> NoReturn:
        """Raise what is wrong with a call of this handle."""
        raise why from None

    def _seal(self) -> None:
        """Refuse assignment from now on."""
        self._is_sealed = True

    def _set(self, **attributes: object) -> None:
        """Set attributes to what the workspace says now."""
        for name, value in attributes.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        if name.startswith("_") or not self._is_sealed:
            object.__setattr__(self, name, value)
            return
        kind = type(self)
        how = kind._changed_by.get(name, "")
        if not how and not hasattr(self, name):
            known = [n for n in dir(self) if not n.startswith("_")]
            raise Unchangeable(f"{kind.__name__} has no {name!r}{meant(name, known)}, and takes no new attribute.")
        how = how or kind._changed_by.get("", "it is what the workspace said; changing it here would change nothing")
        raise Unchangeable(f"{kind.__name__}.{name} cannot be assigned: {how.format(name=name)}.")

    def __delattr__(self, name: str) -> None:
        if not name.startswith("_"):
            raise Unchangeable(f"{type(self).__name__}.{name} cannot be deleted.")
        object.__delattr__(self, name)
