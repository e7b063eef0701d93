"""An encoded corpus as plain text, for programs that read files: gensim's corpus_file, word2vec.c, fastText."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cache import atomic_file, cache_dir, explained
from .corpus import Corpus

_BLOCK_TOKENS = 1 << 16


def text_file(corpus: Corpus) -> Path:
    """Write the corpus as text, or find what an earlier call wrote.

    One sentence a line, words separated by one space, a newline after each sentence; rare words are already gone.
    The file lies beside the encoding, or in the cache directory for a corpus that is not cached.

    Raises:
        InputError: the cache cannot be written.
    """
    directory = corpus.directory or cache_dir() / "texts" / _key(corpus)
    path = directory / "text.txt"
    words = [word.encode("utf-8") for word in corpus.vocabulary.words]
    starts = np.zeros(len(words) + 1, np.int64)
    np.cumsum([len(word) for word in words], out=starts[1:])
    # Every token is followed by one byte, a space or a newline.
    size = int((corpus.vocabulary.counts * (np.diff(starts) + 1)).sum())
    if not (path.is_file() and path.stat().st_size == size):
        with explained(directory):
            directory.mkdir(parents=True, exist_ok=True)
            with atomic_file(path) as file:
                for block in _text(corpus, np.frombuffer(b"".join(words), np.uint8), starts):
                    file.write(block.data)
    return path


def _text(corpus: Corpus, letters: NDArray[np.uint8], starts: NDArray[np.int64]) -> Iterator[NDArray[np.uint8]]:
    """The text in blocks, each valid until the next."""
    from .spelling import spell

    lengths = np.diff(starts) + 1
    out = np.empty(0, np.uint8)
    sentence = 1
    begin = 0
    for tokens in _token_blocks(corpus.tokens):
        size = int(lengths[tokens].sum())
        if len(out) < size:
            out = np.empty(size, np.uint8)
        sentence = spell(tokens, begin, corpus.offsets, sentence, letters, starts, out)
        begin += len(tokens)
        yield out[:size]


def _token_blocks(tokens: NDArray[np.int32]) -> Iterator[NDArray[np.int32]]:
    if isinstance(tokens, np.memmap) and tokens.filename and Path(tokens.filename).stat().st_size == tokens.nbytes:
        # Pages touched through the mapping would count as this process's memory, which a run reports.
        with Path(tokens.filename).open("rb") as file:
            while len(block := np.fromfile(file, np.int32, _BLOCK_TOKENS)):
                yield block
    else:
        for begin in range(0, len(tokens), _BLOCK_TOKENS):
            yield np.ascontiguousarray(tokens[begin : begin + _BLOCK_TOKENS])


def _key(corpus: Corpus) -> str:
    digest = hashlib.sha256("\n".join(corpus.vocabulary.words).encode("utf-8"))
    arrays: tuple[NDArray[Any], ...] = (corpus.tokens, corpus.offsets)
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()[:32]
