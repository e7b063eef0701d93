"""The protocols by which analogy questions are asked.

Each protocol does what the tool it is named for does, oddities included, so that its counts can be compared with
published ones. The oddities, read in the tools' sources:

- compute-accuracy (word2vec's): vocabulary and questions are folded to capitals byte by byte, so only a-z change; the
  first row that matches a question's word is its row; of the three question words only those rows are excluded, and
  another case variant of them may be the (wrong) answer; every case variant of d is right; a best score of 0 or less is
  no answer; ``</s>`` is a row like any other.
- gensim's ``evaluate_word_analogies``: folded with ``str.upper()``, all case variants of the question words are passed
  over, but only among the five best rows.
"""

from dataclasses import dataclass
from typing import Literal

Objective = Literal["3cosadd", "3cosmul"]
"""What an answer maximises: cos(x, b − a + c), or cos(x, b) cos(x, c) / (cos(x, a) + 0.001) on cosines in [0, 1]."""


@dataclass(frozen=True)
class Protocol:
    """How a set of analogy questions is asked.

    Attributes:
        name: as in task names.
        first_words: only the most frequent so many words take part, as question words and as answers; None for all.
        unknown: questions with a word outside are skipped, or count as wrong.
        tool: whose way with case variants is followed.
        objective: 3CosAdd or 3CosMul.
    """

    name: str
    first_words: int | None = None
    unknown: Literal["skip", "wrong"] = "skip"
    tool: Literal["compute-accuracy", "gensim"] = "compute-accuracy"
    objective: Objective = "3cosadd"


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

MSR = {Protocol("msr"): "the whole vocabulary; questions with other words are skipped"}
"""The preset for MSR's set."""
