"""The structs that people make or are given: they never change, and say so; they say what they take.

:class:`Record` is what a workspace says: a member, a task. :class:`Value` is what people make: a label, a recipe.
JSON is read and written as with any other struct of msgspec, at its speed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self

from msgspec import Struct, StructMeta, structs

from nbannotate.cards import Shown
from nbannotate.errors import NbannotateError, Unchangeable, WrongCall
from nbannotate.model import argument_errors, call_errors, deprecations
from nbannotate.model.suggestions import meant, named


def _refuse(self: Record, name: str, value: object = None) -> NoReturn:
    """Raise Unchangeable: what stands in a struct is not assigned, nor deleted."""
    kind, fields = type(self), self.__struct_fields__
    if name not in fields:
        raise Unchangeable(f"{kind.__name__} has no {name!r}{meant(name, fields)}; it has {named(fields)}.")
    how = kind._changed_by.get(name, kind._changed_by.get("", ""))
    raise Unchangeable(f"{kind.__name__}.{name} cannot be assigned{how and f': {how.format(name=name)}'}.")


class _Frozen(StructMeta):
    """Gives frozen structs a sentence in place of msgspec's."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> Any:
        made = super().__new__(cls, name, bases, namespace, **config)
        if made.__struct_config__.frozen:
            type.__setattr__(made, "__setattr__", _refuse)
            type.__setattr__(made, "__delattr__", _refuse)
        return made


class _Checked(_Frozen):
    """Says in our words with what a struct cannot be made."""

    if not TYPE_CHECKING:  # the signature is that of the struct

        def __call__(cls, *args, **kwargs):
            try:
                return _make(cls, *args, **kwargs)
            except NbannotateError:
                raise
            except (TypeError, ValueError, AttributeError, LookupError) as error:
                if not (isinstance(error, TypeError) and call_errors.of_the_call(error)):
                    raise argument_errors.misgiven(cls.__name__, cls, args, kwargs, error) or error from error.__cause__
                known = deprecations.with_new_names(cls.__name__, cls._old_names, kwargs) if cls._old_names else kwargs
                if known.keys() == kwargs.keys():
                    raise call_errors.wrong(cls.__name__, cls, args, kwargs) or error from None
            return cls(*args, **known)


_make = StructMeta.__call__


class Record(Shown, Struct, metaclass=_Frozen, frozen=True):
    """What a workspace says of something: it does not change, and is asked for again.

    Attributes
    ----------
    _changed_by
        By field, what to do in place of assigning to it; ``""`` stands for all others.
    """

    _changed_by: ClassVar[dict[str, str]] = {"": "it is what the workspace said; changing it here would change nothing"}


class Value(Record, metaclass=_Checked, frozen=True):
    """What people make, and is checked when it is made.

    Attributes
    ----------
    _old_names
        Fields that had another name: old name, new name.
    """

    _changed_by: ClassVar[dict[str, str]] = {"": "make another one with .replace({name}=…)"}
    _old_names: ClassVar[dict[str, str]] = {}

    def replace(self, **changes: Any) -> Self:
        """Return another one with some fields changed, checked as when one is made.

        Raises
        ------
        InvalidInput
            There is no such field, or a value is wrong.
        """
        fields = self.__struct_fields__
        for name in changes:
            if name not in fields:
                kind = type(self).__name__
                raise WrongCall(
                    f"{kind}.replace takes no argument {name!r}{meant(name, fields)}; it takes {named(fields)}."
                )
        return structs.replace(self, **changes)
