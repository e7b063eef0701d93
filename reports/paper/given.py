"""The table of what each configuration was really given: a row a setting in which they differ, departures as notes."""

from collections.abc import Mapping, Sequence

from ...datasets.errors import InputError
from ..given import Setting, Settings, settings, shown
from ..merge import Group
from .table import Block, Cell, Column, Note, PaperTable

_NAMES = "setting"


def given_table(groups: Sequence[Group]) -> PaperTable:
    """Settings by configuration, in blocks of what may be compared; all of them where no two differ.

    Raises:
        InputError: no run was recorded with what it was given.
    """
    found = [settings(group.summary) for group in groups]
    labels = dict.fromkeys(label for one in found for label in one.labels)
    if not labels:
        raise InputError("these results do not tell what was given: they were made before that was recorded; run again")
    blocks = tuple(
        Block(group.title if len(groups) > 1 else "", tuple(_line(setting, one, labels) for setting in _shown(one)))
        for group, one in zip(groups, found, strict=True)
        if one.labels
    )
    columns = (
        Column(_NAMES, "Setting", numeric=False, narrow=True),
        *(Column(_key(label), label, numeric=False, narrow=True) for label in labels),
    )
    several = len(groups) > 1
    notes = [
        f"{group.title}: {said}" if several else said
        for group, one in zip(groups, found, strict=True)
        if one.differing
        for said in one.sentences
    ]
    return PaperTable("given", "What each implementation was given.", columns, blocks, tuple(notes))


def _shown(found: Settings) -> Sequence[Setting]:
    return found.differing or found.settings


def _line(setting: Setting, found: Settings, labels: Mapping[str, None]) -> Mapping[str, Cell]:
    cells = {_NAMES: Cell(setting.name), **{_key(label): Cell("") for label in labels}}
    for label, one in zip(found.labels, setting.given, strict=True):
        if one is not None:
            cells[_key(label)] = Cell(shown(one), note=Note(label, one.note) if one.note else None)
    return cells


def _key(label: str) -> str:
    return f"given:{label}" if label == _NAMES else label
