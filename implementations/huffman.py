"""The Huffman tree of hierarchical softmax."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class HuffmanTree(NamedTuple):
    """Each word's path from the root, all paths end to end.

    Attributes:
        offsets: int64 (n_words + 1,); word w's path is ``[offsets[w]:offsets[w + 1]]`` of the two arrays below.
        nodes: int32, inner nodes on the path, 0..n_words - 2, the root first. The root has the number n_words - 2.
        codes: uint8, the branch taken at each node; the label there is 1 - code.
    """

    offsets: NDArray[np.int64]
    nodes: NDArray[np.int32]
    codes: NDArray[np.uint8]


def huffman_tree(counts: NDArray[np.int64]) -> HuffmanTree:
    """Build the tree for counts in descending order, as word2vec.c does: linear time, equal counts to the older node.

    Raises:
        ValueError: fewer than two words: there is nothing to decide.
    """
    n = len(counts)
    if n < 2:
        raise ValueError("hierarchical softmax needs a vocabulary of at least two words")
    weight = counts.tolist() + [0] * (n - 1)
    parent, branch = [0] * (2 * n - 1), [0] * (2 * n - 1)
    leaf, inner = n - 1, n
    for new in range(n, 2 * n - 1):
        for side in (0, 1):
            if leaf >= 0 and (inner == new or weight[leaf] < weight[inner]):
                child, leaf = leaf, leaf - 1
            else:
                child, inner = inner, inner + 1
            weight[new] += weight[child]
            parent[child], branch[child] = new, side
    offsets = [0]
    nodes: list[int] = []
    codes: list[int] = []
    root = 2 * n - 2
    for word in range(n):
        path, taken, node = [], [], word
        while node != root:
            taken.append(branch[node])
            node = parent[node]
            path.append(node - n)
        nodes.extend(reversed(path))
        codes.extend(reversed(taken))
        offsets.append(len(nodes))
    return HuffmanTree(np.array(offsets, np.int64), np.array(nodes, np.int32), np.array(codes, np.uint8))
