"""A plan over several corpora: one benchmark for each, in folders side by side."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..datasets.errors import InputError
from ..datasets.shards import spelled_name
from .messages import Spell
from .plan import Plan, make_plan

REPORT = "report"
"""The folder of the merged report, beside those of the corpora."""


def plans(settings: Mapping[str, Any], spell: Spell = str) -> list[Plan]:
    """The benchmarks that flat settings ask for: one for each corpus.

    Args:
        settings: as for ``make_plan``; ``corpus`` may be a list.
        spell: how the user wrote a key, for the message.

    Raises:
        InputError: as ``make_plan``; also where a corpus is named twice or none is.
    """
    corpora = settings.get("corpus")
    if not isinstance(corpora, list | tuple):
        return [make_plan(settings, spell)]
    if not corpora:
        raise InputError(f"{spell('corpus')} names nothing; leave it out for the default")
    if len(set(map(str, corpora))) < len(corpora):
        raise InputError(f"{spell('corpus')} must name each corpus once, got {list(corpora)}")
    return [make_plan({**settings, "corpus": corpus}, spell) for corpus in corpora]


def folders(asked: list[Plan], out: Path) -> list[Path]:
    """Where each benchmark's results go: ``out`` itself, or of several a folder named after the corpus.

    Raises:
        InputError: two corpora would share a folder.
    """
    if len(asked) == 1:
        return [out]
    names = [corpus_name(plan.corpus) for plan in asked]
    for name in names:
        if names.count(name) > 1 or name == REPORT:
            raise InputError(f"two folders would be called {name}: rename a corpus file, or run them one by one")
    return [out / name for name in names]


def corpus_name(corpus: str) -> str:
    """A corpus's name for a folder: of ``some/wiki.txt.gz`` it is ``wiki``, of ``some/*.gz`` ``some``."""
    name = spelled_name(corpus)
    return name.removesuffix("".join(Path(name).suffixes)) or "corpus"
