"""The steps of ``gradients`` against finite differences of the loss, written out pair by pair."""

import numpy as np
import pytest

from bench.implementations.gradients import cbow_step, hidden, sigmoid, skipgram_step, unit_loss

D = 7
INPUTS, CENTRES, OUTPUTS = 5, 2, 6


@pytest.fixture
def unit(request: pytest.FixtureRequest) -> dict[str, np.ndarray]:
    """A unit of two centres with repeated contexts, a repeated noise word and differing labels, in float64."""
    rng = np.random.default_rng(4)
    N = np.array([[1, 0], [2, 1], [0, 1], [1, 1], [0, 3]], float)
    A = np.array([[1, 0], [0, 1], [1, 1], [2, 2], [1, 1], [1, 0]], float)  # outputs × centres
    Y = np.array([[1, 0], [0, 1], [0, 0], [0, 0], [1, 0], [0, 0]], float)
    return {"X": rng.normal(size=(INPUTS, D)), "T": rng.normal(size=(OUTPUTS, D)), "N": N, "A": A, "Y": Y}


def differences(f, at: np.ndarray) -> np.ndarray:
    """Central differences of f() by each entry of ``at``, which f reads."""
    gradient = np.empty_like(at)
    for i in np.ndindex(at.shape):
        kept, h = at[i], 1e-5
        at[i] = kept + h
        above = f()
        at[i] = kept - h
        below = f()
        at[i] = kept
        gradient[i] = (above - below) / (2 * h)
    return gradient


def binary_loss(V: np.ndarray, T: np.ndarray, weight: np.ndarray, A: np.ndarray, Y: np.ndarray) -> float:
    """-Σ over vectors, centres and targets of the log-likelihood of each label."""
    total = 0.0
    for j, s, k in np.ndindex(len(V), A.shape[1], len(T)):
        z = V[j] @ T[k]
        positive, negative = Y[k, s], A[k, s] - Y[k, s]
        total -= weight[j, s] * (positive * np.log(1 / (1 + np.exp(-z))) + negative * np.log(1 / (1 + np.exp(z))))
    return total


def softmax_loss(V: np.ndarray, T: np.ndarray, weight: np.ndarray, Y: np.ndarray) -> float:
    total = 0.0
    for j, s in np.ndindex(len(V), Y.shape[1]):
        z = T @ V[j]
        total -= weight[j, s] * ((z * Y[:, s]).sum() - Y[:, s].sum() * np.log(np.exp(z).sum()))
    return total


def loss_of(loss: str, V: np.ndarray, u: dict[str, np.ndarray], weight: np.ndarray) -> float:
    if loss == "softmax":
        return softmax_loss(V, u["T"], weight, u["Y"])
    return binary_loss(V, u["T"], weight, u["A"], u["Y"])


@pytest.mark.parametrize("loss", ["ns", "hs", "softmax"])
def test_skipgram_step_descends_the_loss(unit: dict[str, np.ndarray], loss: str) -> None:
    u = unit
    P, Q = u["N"] @ u["Y"].T, u["N"] @ u["A"].T
    step = skipgram_step(u["X"], u["T"], P, Q, loss)

    def f() -> float:
        return loss_of(loss, u["X"], u, u["N"])

    assert unit_loss(u["X"] @ u["T"].T, P, Q, loss) == pytest.approx(f())
    np.testing.assert_allclose(-step.inputs, differences(f, u["X"]), rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(-step.outputs, differences(f, u["T"]), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("mean", [True, False], ids=["mean", "sum"])
@pytest.mark.parametrize("loss", ["ns", "hs", "softmax"])
def test_cbow_step_descends_the_loss(unit: dict[str, np.ndarray], loss: str, mean: bool) -> None:
    u = unit
    step = cbow_step(u["X"], u["T"], u["N"], u["Y"].T, u["A"].T, loss, mean)

    def f() -> float:
        return loss_of(loss, hidden(u["X"], u["N"], mean), u, np.eye(CENTRES))

    H = hidden(u["X"], u["N"], mean)
    assert unit_loss(H @ u["T"].T, u["Y"].T, u["A"].T, loss) == pytest.approx(f())
    np.testing.assert_allclose(-step.outputs, differences(f, u["T"]), rtol=1e-6, atol=1e-8)
    # The error of the hidden vectors is the gradient by them; every context vector gets it whole.
    error = differences(lambda: loss_of(loss, H, u, np.eye(CENTRES)), H)
    np.testing.assert_allclose(-step.inputs, u["N"] @ error, rtol=1e-6, atol=1e-8)
    if not mean:
        np.testing.assert_allclose(-step.inputs, differences(f, u["X"]), rtol=1e-6, atol=1e-8)


def test_hidden_vectors_are_means_or_sums(unit: dict[str, np.ndarray]) -> None:
    X, N = unit["X"], unit["N"]
    first = [X[0], X[1], X[1], X[3]]
    np.testing.assert_allclose(hidden(X, N, mean=True)[0], np.mean(first, axis=0))
    np.testing.assert_allclose(hidden(X, N, mean=False)[0], np.sum(first, axis=0))


def test_sigmoid_is_accurate_and_does_not_overflow() -> None:
    from scipy.special import expit

    z = np.linspace(-200, 200, 4001).astype(np.float32)
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(sigmoid(z), expit(z.astype(float)), atol=1e-7)
