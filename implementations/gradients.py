"""The update equations of word2vec, derived.

Notation, for one update unit (see ``examples``): X (inputs × D) are the input vectors of its context words, T
(outputs × D) the output vectors of its targets. N, A and Y are the unit's ``input_weight`` (inputs × centres),
``output_weight`` and ``label`` (both stored transposed, outputs × centres; written here as centres × outputs). σ is the
logistic function, σ'(z) = σ(z)(1 - σ(z)), hence d/dz ln σ(z) = 1 - σ(z) and d/dz ln σ(-z) = -σ(z).

**Skip-gram, binary losses** (negative sampling, hierarchical softmax). A pair of a context word j and a target k of
centre s, with label y and logit z_jk = X_j · T_k, costs

    -y ln σ(z_jk) - (1 - y) ln σ(-z_jk),        derivative by z_jk: σ(z_jk) - y.

Summed over centres, with N_js A_sk pairs of each kind, of which N_js Y_sk are positive:

    L = -Σ_jk [ P_jk ln σ(z_jk) + (Q_jk - P_jk) ln σ(-z_jk) ],    P = N Y,  Q = N A
    G = -∂L/∂Z = P - Q ∘ σ(Z)
    ∂L/∂X = -G T,   ∂L/∂T = -Gᵀ X.

One step of gradient descent is X += α G T and T += α Gᵀ X, both with the old X and T. For negative sampling Y holds
the centre and A also its noise words (Mikolov et al. 2013b, eq. 4; Goldberg & Levy 2014). For hierarchical softmax the
targets are the inner nodes on the centre's path and y = 1 - code, so that the products of σ(±z) along all paths add up
to one (Morin & Bengio 2005).

**Skip-gram, full softmax**. The targets are all words, p_j = softmax(z_j), and a context word costs -ln p_j[centre]:

    L = -Σ_jk P_jk ln p_jk,     G = P - (Σ_k P_jk) p_jk,     the rest as above.

**CBOW**. Centre s is predicted from one hidden vector h_s, the mean (``cbow_mean``) or the sum of its context vectors:

    H = Ñ ᵀ X,   Ñ_js = N_js / Σ_j N_js  (mean)  or  N_js  (sum).

With Z = H Tᵀ and P = Y, Q = A, G has the form above, ∂L/∂T = -Gᵀ H and ∂L/∂H = -G T =: -E. word2vec.c adds the
whole error E_s to every context vector, also when it has averaged them: X_j += α Σ_s N_js E_s. For the sum that is the
gradient. For the mean the gradient would be E_s divided by the window's words; word2vec.c's step is longer by just
that factor. We follow word2vec.c, because its published rates of learning rest on it. gensim does the same for the
mean, and divides the error by the window's words for the sum.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .hyperparameters import Loss

Matrix = NDArray[np.floating]


class Step(NamedTuple):
    """Minus the gradient of a unit, to be multiplied by the learning rate and added: shapes of X and T."""

    inputs: Matrix
    outputs: Matrix


def sigmoid(z: Matrix) -> Matrix:
    """The logistic function, through tanh: no overflow, and NumPy has it vectorised."""
    half = np.tanh(z * z.dtype.type(0.5))
    half += z.dtype.type(1)
    half *= z.dtype.type(0.5)
    return half


def softmax(z: Matrix) -> Matrix:
    """Softmax along the last axis."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(e / e.sum(axis=-1, keepdims=True))


def skipgram_step(X: Matrix, T: Matrix, P: Matrix, Q: Matrix, loss: Loss) -> Step:
    """Step of a skip-gram unit. It is linear in P and Q, which may hold the learning rate as a factor.

    Args:
        X: input vectors (inputs, D).
        T: output vectors (outputs, D).
        P: positive pairs of each input and output (inputs, outputs).
        Q: all pairs of each input and output (inputs, outputs).
        loss: ns and hs share one formula.
    """
    G = _logit_step(X @ T.T, P, Q, loss)
    return Step(G @ T, G.T @ X)


def cbow_step(X: Matrix, T: Matrix, N: Matrix, P: Matrix, Q: Matrix, loss: Loss, mean: bool) -> Step:
    """Step of a CBOW unit. The inputs get word2vec.c's undivided error.

    Args:
        X: input vectors (inputs, D).
        T: output vectors (outputs, D).
        N: how often each input stands in the window of each centre (inputs, centres).
        P: positive targets of each centre (centres, outputs): Y.
        Q: all targets of each centre (centres, outputs): A.
        loss: as for ``skipgram_step``.
        mean: average the input vectors instead of summing them.
    """
    H = hidden(X, N, mean)
    G = _logit_step(H @ T.T, P, Q, loss)
    return Step(N @ (G @ T), G.T @ H)


def hidden(X: Matrix, N: Matrix, mean: bool) -> Matrix:
    """CBOW's hidden vectors (centres, D)."""
    H = N.T @ X
    if mean:
        H /= np.maximum(N.sum(axis=0), 1)[:, None]
    return H


def unit_loss(Z: Matrix, P: Matrix, Q: Matrix, loss: Loss) -> float:
    """The loss of a unit from its logits: X Tᵀ for skip-gram, H Tᵀ for CBOW."""
    if loss == "softmax":
        return float(-(P * np.log(softmax(Z))).sum())
    # ln σ(z) = -ln(1 + e^-z)
    return float((P * np.logaddexp(0, -Z) + (Q - P) * np.logaddexp(0, Z)).sum())


def _logit_step(Z: Matrix, P: Matrix, Q: Matrix, loss: Loss) -> Matrix:
    """Minus the derivative of ``unit_loss`` by Z."""
    G = P.sum(axis=1, keepdims=True) * softmax(Z) if loss == "softmax" else Q * sigmoid(Z)
    return np.subtract(P, G, out=G)
