"""Made-up words that are none of a text's."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from ..datasets.errors import InputError

_CONSONANTS, _VOWELS = b"bcdfghjklmnpqrstvwxz", b"aeiou"
_SYLLABLES = 4
_MADE = (len(_CONSONANTS) * len(_VOWELS)) ** _SYLLABLES
_STRIDE = 61_803_399
"""Prime to ``_MADE``: neighbours in number look nothing like each other."""


def made_up(n: int, beginning: bytes) -> NDArray[np.uint8]:
    """Distinct pronounceable words of one length, uint8 (n, length); the first of them are those of any larger n.

    Raises:
        InputError: there are not so many.
    """
    if n > _MADE:
        raise InputError(f"{n:,} new words are more than can be made: take fewer tokens or a smaller --exponent")
    number = np.arange(n, dtype=np.int64) * _STRIDE % _MADE
    words = np.empty((n, len(beginning) + 2 * _SYLLABLES), np.uint8)
    words[:, : len(beginning)] = np.frombuffer(beginning, np.uint8)
    for at in range(len(beginning), words.shape[1], 2):
        number, vowel = np.divmod(number, len(_VOWELS))
        number, consonant = np.divmod(number, len(_CONSONANTS))
        words[:, at] = np.frombuffer(_CONSONANTS, np.uint8)[consonant]
        words[:, at + 1] = np.frombuffer(_VOWELS, np.uint8)[vowel]
    return words


def unused_beginning(words: list[bytes]) -> bytes:
    """The shortest run of consonants with which none of the words begins."""
    length = 1
    while True:
        used = {word[:length] for word in words}
        free = (bytes(letters) for letters in product(_CONSONANTS, repeat=length))
        if (found := next((letters for letters in free if letters not in used), None)) is not None:
            return found
        length += 1
