"""``counter_random``, ``noise`` and ``subsampling`` as compiled functions: the same numbers."""

import numpy as np

from ..counter_random import M1, M2, M3, SLOT_BITS
from .compiling import inner

_M1, _M2, _M3 = np.uint32(M1), np.uint32(M2), np.uint32(M3)
_POSITION = np.uint32(SLOT_BITS)
U32, U64 = np.uint32, np.uint64


@inner
def draw(position, slot, a, b):  # type: ignore[no-untyped-def]
    """The 32-bit number of a slot at a position under the key (a, b)."""
    x = U32(U32(U32(position) << _POSITION) | U32(slot)) ^ a
    return _rounds(U32(x), b)


@inner
def _rounds(x, b):  # type: ignore[no-untyped-def]
    x = U32(x ^ (x >> U32(17)))
    x = U32(x * _M1)
    x = U32(x ^ (x >> U32(11)))
    x = U32(x + b)
    x = U32(x * _M2)
    x = U32(x ^ (x >> U32(15)))
    x = U32(x * _M3)
    return U32(x ^ (x >> U32(14)))


@inner
def sentence_key(epoch_key, sentence):  # type: ignore[no-untyped-def]
    """One key word of a sentence."""
    low, high = U32(sentence), U32(U64(sentence) >> U64(32))
    return _rounds(U32(_rounds(U32(low ^ epoch_key), U32(0)) ^ high), U32(0))


@inner
def below(number, n):  # type: ignore[no-untyped-def]
    """Map a 32-bit number to 0..n - 1."""
    return np.int64((U64(number) * U64(n)) >> U64(32))


@inner
def noise_word(number, table):  # type: ignore[no-untyped-def]
    """The word a 32-bit number stands for in a packed alias table (threshold in the upper half, alias in the lower)."""
    product = U64(number) * U64(table.shape[0])
    column = product >> U64(32)
    entry = table[column]
    return np.int32(column) if U32(product) < U32(entry >> U64(32)) else np.int32(entry)
