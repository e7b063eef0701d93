"""How the summed gradient of a batch is applied to the rows of a matrix."""

from abc import ABC, abstractmethod
from collections.abc import Callable

import torch
from torch import Tensor


class Rows(ABC):
    """A matrix whose rows are updated; ``matrix`` is float32 (n_rows, D)."""

    learning_rate_in_gradient = False
    """True where the gradients come multiplied by the learning rate, sentence by sentence."""

    def __init__(self, matrix: Tensor, damping: Tensor | None) -> None:
        """Update ``matrix`` in place, each row's step multiplied by ``damping``, float32 (n_rows,)."""
        self.matrix = matrix
        self.damping = damping

    @abstractmethod
    def step(self, rows: Tensor, gradients: Tensor, alpha: float) -> None:
        """Apply gradients of an objective to be maximised.

        Args:
            rows: int64 (n,); a row may occur often.
            gradients: float32 (n, D), overwritten.
            alpha: learning rate, for those that have it not in the gradient.
        """


class Sgd(Rows):
    """Gradient ascent; rows that many examples of a batch share are damped."""

    learning_rate_in_gradient = True

    def step(self, rows: Tensor, gradients: Tensor, alpha: float) -> None:
        if self.damping is not None:
            gradients *= self.damping[rows][:, None]
        # Unlike ``matrix[rows] += gradients`` this loses no duplicates, and unlike ``index_put_`` it does not sort.
        self.matrix.index_add_(0, rows, gradients)


class Adaptive(Rows):
    """Shared by the methods that need each row's gradient summed before it is used."""

    def __init__(self, matrix: Tensor, damping: Tensor | None) -> None:
        super().__init__(matrix, None)  # dividing by the gradient's size makes damping pointless
        self.sum = torch.zeros_like(matrix)

    def step(self, rows: Tensor, gradients: Tensor, alpha: float) -> None:
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

    def __init__(self, matrix: Tensor, damping: Tensor | None) -> None:
        super().__init__(matrix, damping)
        self.squares = torch.zeros_like(matrix)

    def direction(self, rows: Tensor, gradient: Tensor) -> Tensor:
        squares = self.squares[rows].addcmul_(gradient, gradient)
        self.squares.index_copy_(0, rows, squares)
        return gradient / squares.sqrt_().add_(1e-10)


class Adam(Adaptive):
    """Kingma & Ba 2015, moments of a row moved only when it has a gradient (as in ``torch.optim.SparseAdam``)."""

    FIRST, SECOND, EPSILON = 0.9, 0.999, 1e-8

    def __init__(self, matrix: Tensor, damping: Tensor | None) -> None:
        super().__init__(matrix, damping)
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


def make_rows(optimizer: str, matrix: Tensor, damping: Tensor | None) -> Rows:
    """The updater of ``sgd``, ``adagrad`` or ``adam``."""
    makers: dict[str, Callable[[Tensor, Tensor | None], Rows]] = {"sgd": Sgd, "adagrad": Adagrad, "adam": Adam}
    return makers[optimizer](matrix, damping)
