"""The protocols by which analogy questions are asked.

Each protocol does what the tool it is named for does, oddities included, so that its counts can be compared with
published ones. The oddities, read in the tools' sources:

- compute-accuracy (word2vec's): vocabulary and questions are folded to capitals byte by byte, so only a-z change; the
  first row that matches a question's word is its row; of the three question words only those rows are excluded, and
  another case variant of them may be the (wrong) answer; every case variant of d is right; a best score of 0 or less is
  no answer; ``</s>`` is a row like any other.
- gensim's ``evaluate_word_analogies``: folded with ``str.upper()``, all case variants of the question words are passed
  over, but only among the five best rows.

What an accuracy owes to the offset b − a shows only beside baselines that do not use it, and beside an answer that may
be any word (Linzen 2016, Issues in evaluating semantic spaces using word analogies, RepEval; Rogers, Drozd & Li 2017,
The (too many) problems of analogical reasoning with word vectors, *SEM). Linzen writes a : a* :: b : ?, so that his b
is our c and his a* our b.
"""

from dataclasses import dataclass, replace
from typing import Literal

Objective = Literal["3cosadd", "3cosmul", "only-b", "ignore-a"]
"""What an answer maximises, all vectors of length 1.

- ``3cosadd``: cos(x, b − a + c).
- ``3cosmul``: cos(x, b) cos(x, c) / (cos(x, a) + 0.001), cosines shifted to [0, 1].
- ``only-b``: cos(x, c); the name is Linzen's, whose b is our c.
- ``ignore-a``: cos(x, b + c).
"""


@dataclass(frozen=True)
class Protocol:
    """How a set of analogy questions is asked.

    Attributes:
        name: as in task names.
        first_words: only the most frequent so many words take part, as question words and as answers; None for all.
        unknown: questions with a word outside are skipped, or count as wrong.
        tool: whose way with case variants is followed.
        objective: 3CosAdd, 3CosMul or a baseline.
        exclude_question_words: whether a, b and c are no answers. Where they are, the answer is mostly one of them.
    """

    name: str
    first_words: int | None = None
    unknown: Literal["skip", "wrong"] = "skip"
    tool: Literal["compute-accuracy", "gensim"] = "compute-accuracy"
    objective: Objective = "3cosadd"
    exclude_question_words: bool = True


GOOGLE = {
    Protocol("google-30k", first_words=30_000): "the first 30,000 words; questions with others are skipped "
    "(word2vec's compute-accuracy with its demo's threshold): the headline",
    Protocol("google-full"): "the whole vocabulary; questions with other words are skipped (compute-accuracy without a "
    "threshold)",
    Protocol("google-strict", unknown="wrong"): "the whole vocabulary; questions with other words are wrong, so the "
    "denominator is always 19,544",
    Protocol("google-gensim-300k", first_words=300_000, tool="gensim"): "the first 300,000 words, as gensim's "
    "evaluate_word_analogies does it by default",
}
"""The presets for Google's set, and in words what they do."""

_BASELINES: dict[str, tuple[Objective, bool, str]] = {
    "only-b": ("only-b", True, "the word nearest to c alone (Linzen's only-b): a baseline without any relation"),
    "ignore-a": ("ignore-a", True, "the word nearest to b + c (Linzen's ignore-a): a baseline without the offset"),
    "honest": (
        "3cosadd",
        False,
        "3CosAdd where the question words may be the answer (Linzen's vanilla; Rogers et al.)",
    ),
}

GOOGLE_BASELINES = {
    replace(
        protocol, name=f"{protocol.name}-{name}", objective=objective, exclude_question_words=exclude
    ): f"{how}; {why}"
    for protocol, how in GOOGLE.items()
    if protocol.name in ("google-30k", "google-full")
    for name, (objective, exclude, why) in _BASELINES.items()
}
"""What Google's questions give without the offset, or with no word excluded."""

MSR = {Protocol("msr"): "the whole vocabulary; questions with other words are skipped"}
"""The preset for MSR's set."""
