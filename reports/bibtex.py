"""BibTeX of what was run: word2vec, the implementations, the texts, the question sets, this harness."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from .. import __version__
from ..benchmarks.records import Results
from ..datasets.catalogue_entries import CorpusEntry, QuestionEntry, corpus_entries, question_entries
from ..datasets.errors import InputError

WORD2VEC = ("mikolov2013efficient", "mikolov2013distributed")
"""What every implementation here implements."""

IMPLEMENTATIONS = {
    "gensim": ("rehurek2010software",),
    "numba": ("lam2015numba",),
    "torch": ("paszke2019pytorch",),
    "numpy": ("harris2020array",),
}

ON_GPU = {"torch": ("tillet2019triton",)}
"""What is used only there."""

HARNESS = "word2vecbench"

_OURS = ("this project", "none")
"""Citations of the catalogue that name no publication."""

_PRESETS = ("analogy", "association")
"""Kinds of question sets that several tasks ask from: ``google-30k``, ``weat-6``."""


def references(results: Sequence[Results]) -> str:
    """A ``.bib`` file with an entry for each publication that these results rest on, each once; plain ASCII."""
    keys: dict[str, None] = {}
    lost: dict[str, None] = {}
    for one in results:
        for run in one.runs:
            own = (*IMPLEMENTATIONS.get(run.implementation, ()), *_on_gpu(run.implementation, run.device))
            keys.update(dict.fromkeys((*WORD2VEC, *own)))
            if run.implementation not in IMPLEMENTATIONS:
                lost[f"the implementation {run.implementation}"] = None
        for about, citation in _citations(one):
            found = cited(citation)
            keys.update(dict.fromkeys(found))
            if not found and citation not in _OURS:
                lost[about] = None
    versions = dict.fromkeys(map(_version, results))
    parts = [entries()[key] for key in keys] + [_harness(", ".join(versions))]
    text = "\n\n".join(parts) + "\n"
    if lost:  # text outside an entry is a comment to BibTeX, as long as it holds no @
        text = f"No publication is known for: {_comment(', '.join(lost))}.\n\n{text}"
    return text


def cited(citation: str) -> list[str]:
    """Keys of the publications that a citation of the catalogue names: all surnames and the year in parentheses."""
    if citation.startswith("Wikipedia"):
        return ["wikipedia"]
    said = _folded(citation)
    groups = re.findall(r"([^().]*)\((?:eds\., )?(\d{4})\)", said)
    found = []
    for authors, year in groups:
        names = {name.strip() for name in re.split(r",|&", authors.rpartition(":")[2])}
        found += [key for key, entry in entries().items() if _year(entry) == year and _surnames(entry) == names]
    return list(dict.fromkeys(found))


@cache
def entries() -> dict[str, str]:
    """Every entry of ``references.bib`` by its key."""
    text = (files(__package__) / "references.bib").read_text(encoding="ascii")
    found = re.findall(r"^(@\w+\{([^,]+),\n.*?^\})", text, flags=re.MULTILINE | re.DOTALL)
    return {key: entry for entry, key in found}


def _on_gpu(implementation: str, device: str) -> tuple[str, ...]:
    return ON_GPU.get(implementation, ()) if device.startswith("cuda") else ()


def _citations(results: Results) -> Iterator[tuple[str, str]]:
    """What the corpus and the question sets of the results are cited by."""
    corpus = _corpus(results)
    if corpus is not None:
        yield f"the corpus {corpus.name}", corpus.citation
    tasks = dict.fromkeys(score.task for run in results.runs for score in run.scores)
    for task in tasks:
        entry = _question_set(task)
        if entry is not None:
            yield f"the questions {entry.name}", entry.citation


def _corpus(results: Results) -> CorpusEntry | None:
    """The catalogue's entry: by the text's hash, else by name where the hash does not speak against it."""
    try:
        known = corpus_entries()
    except InputError:  # BENCH_DATA points nowhere
        return None
    name, sha256 = results.corpus.name, results.corpus.sha256
    exact = next((entry for entry in known if entry.text_sha256 and entry.text_sha256 == sha256), None)
    return exact or next((entry for entry in known if entry.name == name and entry.text_sha256 is None), None)


def _question_set(task: str) -> QuestionEntry | None:
    known = {entry.name: entry for entry in question_entries()}
    if task in known:
        return known[task]
    return next(
        (entry for name, entry in known.items() if entry.kind in _PRESETS and task.startswith(f"{name}-")), None
    )


def _version(results: Results) -> str:
    """Of the harness that made the results; where they do not tell, that of the report."""
    packages = results.environment.get("packages")
    known = packages.get("word2vec-bench") if isinstance(packages, Mapping) else None
    return str(known or __version__)


def _harness(version: str) -> str:
    return (
        f"@misc{{{HARNESS},\n  author = {{{{The word2vec-bench contributors}}}},\n  title  = {{word2vec-bench}},\n"
        f"  note   = {{Version {_comment(version)}}},\n}}"
    )


def _comment(text: str) -> str:
    """Text that ends no entry and begins none, in ASCII."""
    plain = "".join(sign if sign.isprintable() and sign not in "@{}\\%" else " " for sign in text)
    return unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()


def _year(entry: str) -> str:
    found = re.search(r"^  year\s*=\s*\{(\d{4})\}", entry, flags=re.MULTILINE)
    return found[1] if found else ""


def _surnames(entry: str) -> set[str]:
    found = re.search(r"^  (?:author|editor)\s*=\s*\{(.*?)\},$", entry, flags=re.MULTILINE | re.DOTALL)
    people = re.split(r"\s+and\s+", found[1]) if found else []
    return {_folded(person.split(",")[0]) for person in people}


def _folded(text: str) -> str:
    """Text without accents, whether TeX's or Unicode's."""
    flat = re.sub(r"\\([oil])\b", r"\1", " ".join(text.split()))
    flat = re.sub(r"\\[A-Za-z] |\\[^A-Za-z]|[{}]", "", flat)
    return unicodedata.normalize("NFKD", flat).encode("ascii", "ignore").decode()
