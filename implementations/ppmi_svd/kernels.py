"""Compiled loops over the entries of the upper triangle that fill a sparse matrix."""

import numpy as np

from ..numba_kernels.compiling import compiled, inner


@compiled
def add_margins(rows, columns, values, factors, margins):  # type: ignore[no-untyped-def]
    """Add entries, times the factors of both words, to the sums of the symmetric matrix's rows."""
    for k in range(rows.shape[0]):
        i, j = rows[k], columns[k]
        value = values[k] * factors[i] * factors[j]
        margins[i] += value
        if i != j:
            margins[j] += value


@inner
def _excess(value, word, context):  # type: ignore[no-untyped-def]
    return np.log(value) - word - context


@compiled
def count_positive(rows, columns, values, word, context, filled):  # type: ignore[no-untyped-def]
    """Count each row's entries with log value > word[i] + context[j]; an entry stands for its mirror image too."""
    for k in range(rows.shape[0]):
        i, j = rows[k], columns[k]
        filled[i] += np.int64(_excess(values[k], word[i], context[j]) > 0)
        if i != j:
            filled[j] += np.int64(_excess(values[k], word[j], context[i]) > 0)


@compiled
def fill_positive(rows, columns, values, word, context, at, indices, data):  # type: ignore[no-untyped-def]
    """Write them, each row's next one at place ``at``. Entries come by rows, so each row gets its columns in order."""
    for k in range(rows.shape[0]):
        i, j = rows[k], columns[k]
        excess = _excess(values[k], word[i], context[j])
        if excess > 0:
            indices[at[i]], data[at[i]] = j, excess
            at[i] += 1
        if i != j:
            excess = _excess(values[k], word[j], context[i])
            if excess > 0:
                indices[at[j]], data[at[j]] = i, excess
                at[j] += 1
