"""How the summed gradient of a batch is applied to the rows of a matrix."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from threading import local

import torch
from torch import Tensor


class Rows(ABC):
    """A matrix whose rows are updated; ``matrix`` is float32 (n_rows, D)."""

    learning_rate_in_gradient = False
    """True where the gradients come multiplied by the learning rate, sentence by sentence."""

    def __init__(self, matrix: Tensor, limit: float | None) -> None:
        """Update ``matrix`` in place; ``limit`` is that of the damping, None for none."""
        self.matrix = matrix
        self.limit = limit

    @abstractmethod
    def step(self, rows: Tensor, gradients: Tensor, windows: Tensor, alpha: float) -> None:
        """Apply gradients of an objective to be maximised.

        Args:
            rows: int64 (n,); a row may occur often.
            gradients: float32 (n, D), overwritten.
            windows: float32 (n,), how many windows of the batch each gradient is the sum over.
            alpha: learning rate, for those that have it not in the gradient.
        """


class Sgd(Rows):
    """Gradient ascent; the step of a row that c windows of a batch share is multiplied by min(1, limit / c).

    All windows of a batch are computed from the same vectors. A row that very many of them share would be moved by the
    sum of as many nearly equal steps and overshoot, where one window after another would have slowed down on the way.
    The count is that of the batch at hand: a text returns to its subject, so a rare word may fill a whole batch.
    """

    learning_rate_in_gradient = True

    def __init__(self, matrix: Tensor, limit: float | None) -> None:
        super().__init__(matrix, limit)
        self._buffers = local()

    def step(self, rows: Tensor, gradients: Tensor, windows: Tensor, alpha: float) -> None:
        if self.limit is not None:
            if not hasattr(self._buffers, "count"):  # one a thread
                self._buffers.count = torch.zeros(len(self.matrix), device=self.matrix.device)
            count = self._buffers.count.index_add_(0, rows, windows)
            gradients *= (self.limit / count[rows].clamp_(min=self.limit))[:, None]
            count.index_fill_(0, rows, 0)
        # Unlike ``matrix[rows] += gradients`` this loses no duplicates, and unlike ``index_put_`` it does not sort.
        self.matrix.index_add_(0, rows, gradients)


class Adaptive(Rows):
    """Shared by the methods that need each row's gradient summed before it is used."""

    def __init__(self, matrix: Tensor, limit: float | None) -> None:
        super().__init__(matrix, None)  # dividing by the gradient's size makes damping pointless
        self.sum = torch.zeros_like(matrix)

    def step(self, rows: Tensor, gradients: Tensor, windows: Tensor, alpha: float) -> None:
        rows_once = torch.unique(rows)
        self.sum.index_add_(0, rows, gradients)
        gradient = self.sum[rows_once]
        self.sum.index_fill_(0, rows_once, 0)
        self.matrix.index_add_(0, rows_once, self.direction(rows_once, gradient), alpha=alpha)

    @abstractmethod
    def direction(self, rows: Tensor, gradient: Tensor) -> Tensor:
        """The step of distinct rows before the learning rate."""


class Adagrad(Adaptive):
    """Duchi, Hazan & Singer 2011, one accumulator an element."""

    def __init__(self, matrix: Tensor, limit: float | None) -> None:
        super().__init__(matrix, limit)
        self.squares = torch.zeros_like(matrix)

    def direction(self, rows: Tensor, gradient: Tensor) -> Tensor:
        squares = self.squares[rows].addcmul_(gradient, gradient)
        self.squares.index_copy_(0, rows, squares)
        return gradient / squares.sqrt_().add_(1e-10)


class Adam(Adaptive):
    """Kingma & Ba 2015, moments of a row moved only when it has a gradient (as in ``torch.optim.SparseAdam``)."""

    FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8

    def __init__(self, matrix: Tensor, limit: float | None) -> None:
        super().__init__(matrix, limit)
        self.first, self.second = torch.zeros_like(matrix), torch.zeros_like(matrix)
        self.steps = 0

    def direction(self, rows: Tensor, gradient: Tensor) -> Tensor:
        first = self.first[rows].lerp_(gradient, 1 - self.FIRST)
        second = self.second[rows].lerp_(gradient * gradient, 1 - self.SECOND)
        self.first.index_copy_(0, rows, first)
        self.second.index_copy_(0, rows, second)
        self.steps += 1
        first /= 1 - self.FIRST**self.steps
        second /= 1 - self.SECOND**self.steps
        return first / second.sqrt_().add_(self.EPSILON)


def make_rows(optimizer: str, matrix: Tensor, limit: float | None) -> Rows:
    """The updater of ``sgd``, ``adagrad`` or ``adam``."""
    makers: dict[str, Callable[[Tensor, float | None], Rows]] = {"sgd": Sgd, "adagrad": Adagrad, "adam": Adam}
    return makers[optimizer](matrix, limit)
