"""Turns a pydantic ``ValidationError`` into one sentence in the user's own words."""

from collections.abc import Callable, Collection
from typing import Any

from pydantic import ValidationError

from ..datasets.suggestion import suggestion

Spell = Callable[[str], str]
"""How the user wrote a key: ``vector_size`` is ``--vector-size`` on the command line."""


def as_flag(key: str) -> str:
    """The command line's spelling of a key."""
    return "--" + key.replace("_", "-")


def sentence(error: ValidationError, spell: Spell, known: Collection[str] = ()) -> str:
    """The first thing that is wrong, naming the key as the user spelt it, what it must be and what it was.

    Args:
        error: from validating a plan or hyperparameters.
        spell: how the user wrote a key.
        known: keys that exist, for "did you mean".
    """
    first = error.errors(include_url=False)[0]
    keys = [str(part) for part in first["loc"] if isinstance(part, str)]
    context = first.get("ctx", {})
    if first["type"] == "value_error":
        wrong = str(context.get("error", first["msg"]))
        return f"{spell(keys[0])}: {wrong}" if keys else wrong
    key = keys[0] if keys else "the plan"
    if first["type"] == "extra_forbidden":
        said = suggestion(key, {one: spell(one) for one in known}, most=1, cutoff=0.6)
        return f"there is no setting {spell(key)}" + (f"; {said}" if said else "")
    return f"{spell(key)} must be {_demand(first['type'], context, first['msg'])}, got {_shown(first['input'])}"


def _demand(kind: str, context: dict[str, Any], message: str) -> str:
    match kind:
        case "greater_than":
            return (
                "at least 1"
                if context["gt"] == 0 and isinstance(context["gt"], int)
                else f"above {_number(context['gt'])}"
            )
        case "greater_than_equal":
            return f"at least {_number(context['ge'])}"
        case "less_than":
            return f"below {_number(context['lt'])}"
        case "less_than_equal":
            return f"at most {_number(context['le'])}"
        case "finite_number":
            return "a finite number"
        case "literal_error":
            return str(context["expected"]).replace("'", "")
        case "int_parsing" | "int_type" | "int_from_float":
            return "a whole number"
        case "float_parsing" | "float_type":
            return "a number"
        case "bool_parsing" | "bool_type":
            return "true or false"
        case "string_type":
            return "text"
        case "string_unicode":
            return "text in UTF-8 (a file whose name is not must be renamed first)"
        case "string_too_short":
            return "a name"
        case _:
            return f"different ({message[0].lower()}{message[1:]})"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _shown(value: Any) -> str:
    """The value, shortened; an integer of thousands of digits, which Python does not print, as what it is."""
    try:
        text = repr(value)
    except ValueError:
        return "an integer of very many digits"
    return text if len(text) <= 60 else text[:57] + "…"
