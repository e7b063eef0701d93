"""Input, output, mean and concatenated vectors: what the algebra says of them, from files as from memory."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.datasets.errors import InputError
from bench.evaluation.combination import OUTPUT_VECTORS, Which, combine, read_which
from bench.evaluation.embeddings import Embeddings, EmbeddingsWarning, write_embeddings

WORDS = [f"w{i}" for i in range(30)]
INPUT, OUTPUT = (np.random.default_rng(seed).normal(size=(30, 5)).astype(np.float32) for seed in (0, 1))
COUNTS = np.arange(30)[::-1]


def pair() -> tuple[Embeddings, Embeddings]:
    return Embeddings(WORDS, INPUT, COUNTS), Embeddings(WORDS, OUTPUT)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    rows = vectors.astype(np.float64)
    scaled: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return scaled


def test_without_normalising_they_are_what_their_names_say() -> None:
    expected = {
        "input": INPUT,
        "output": OUTPUT,
        "mean": (INPUT + OUTPUT) / 2,
        "concatenation": np.hstack([INPUT, OUTPUT]),
    }
    assert set(expected) == set(get_args(Which))
    for which, vectors in expected.items():
        found = combine(*pair(), which)  # type: ignore[arg-type]
        np.testing.assert_array_equal(found.vectors, vectors)
        assert list(found.words) == WORDS
        assert found.counts is COUNTS


def test_normalising_makes_both_sides_weigh_the_same() -> None:
    long = Embeddings(WORDS, 100 * OUTPUT)
    for which in get_args(Which):
        plain = combine(*pair(), which, normalise=True).vectors
        np.testing.assert_allclose(combine(pair()[0], long, which, normalise=True).vectors, plain, rtol=1e-5)
    joined = combine(*pair(), "concatenation", normalise=True).vectors
    cosines = (unit(INPUT) @ unit(INPUT).T + unit(OUTPUT) @ unit(OUTPUT).T) / 2
    np.testing.assert_allclose(unit(joined) @ unit(joined).T, cosines, atol=1e-6)


def test_output_vectors_follow_the_words_of_the_input() -> None:
    order = np.random.default_rng(2).permutation(30)
    shuffled = Embeddings([WORDS[i] for i in order], OUTPUT[order])
    np.testing.assert_array_equal(combine(pair()[0], shuffled, "output").vectors, OUTPUT)


def test_zero_vectors_stay_zero() -> None:
    first, _ = pair()
    output = OUTPUT.copy()
    output[4] = 0
    found = combine(first, Embeddings(WORDS, output), "mean", normalise=True)
    np.testing.assert_allclose(found.vectors[4], unit(INPUT)[4] / 2, rtol=1e-6)
    assert np.isfinite(found.vectors).all()


def test_what_does_not_fit_is_refused() -> None:
    first, second = pair()
    with pytest.raises(InputError, match="choose input, output, mean, concatenation"):
        combine(first, second, "sum")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="different words"):
        combine(first, Embeddings([*WORDS[:-1], "other"], OUTPUT), "mean")
    with pytest.raises(InputError, match="different words"):
        combine(first, Embeddings([*WORDS, "more"], np.vstack([OUTPUT, OUTPUT[:1]])), "output")
    narrow = Embeddings(WORDS, OUTPUT[:, :3].copy())
    assert combine(first, narrow, "concatenation").dim == 8
    with pytest.raises(InputError, match="have no mean"):
        combine(first, narrow, "mean")


def test_files_of_a_run_are_found_beside_each_other(tmp_path: Path) -> None:
    first, second = pair()
    write_embeddings(tmp_path / "vectors.bin", first, binary=True)
    np.testing.assert_array_equal(read_which(tmp_path / "vectors.bin", "input").vectors, INPUT)
    with pytest.raises(InputError, match="mean vectors need the output vectors: train with negative sampling"):
        read_which(tmp_path / "vectors.bin", "mean")
    write_embeddings(tmp_path / OUTPUT_VECTORS, second, binary=True)
    found = read_which(tmp_path / "vectors.bin", "mean", normalise=True)
    np.testing.assert_array_equal(found.vectors, combine(first, second, "mean", normalise=True).vectors)
    write_embeddings(tmp_path / "elsewhere.txt", Embeddings(WORDS, INPUT * 0 + 1), binary=False)
    few = read_which(tmp_path / "vectors.bin", "mean", limit=4)
    np.testing.assert_array_equal(few.vectors, ((INPUT + OUTPUT) / 2)[:4])
    other = read_which(tmp_path / "vectors.bin", "output", output=tmp_path / "elsewhere.txt")
    assert (other.vectors == 1).all()


def test_words_that_were_never_a_target_have_zero_output_vectors_and_that_is_said(tmp_path: Path) -> None:
    first, _ = pair()
    output = OUTPUT.copy()
    output[7:9] = 0
    write_embeddings(tmp_path / "vectors.bin", first, binary=True)
    write_embeddings(tmp_path / OUTPUT_VECTORS, Embeddings(WORDS, output), binary=True)
    with pytest.warns(EmbeddingsWarning, match="2 of 30 vectors are zero"):
        assert read_which(tmp_path / "vectors.bin", "output").zero_rows == 2
