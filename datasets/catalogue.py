"""Corpora and question sets by name: listed, found, fetched, opened."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from .cache import explained
from .catalogue_entries import (
    Copy,
    CorpusEntry,
    Entry,
    QuestionEntry,
    corpus_entries,
    did_you_mean,
    downloads,
    matching,
    question_entries,
)
from .errors import InputError, NotAvailable
from .generated import generated_file, notice

if TYPE_CHECKING:  # they load numpy, which a list does without
    from .corpus import Corpus
    from .decoding import Errors
    from .questions import QuestionSet

__all__ = [
    "CorpusEntry",
    "NotAvailable",
    "QuestionEntry",
    "corpora",
    "corpus_file",
    "fetch",
    "find_file",
    "load",
    "open_corpus",
    "question_set",
    "question_sets",
]

LIST = "`python -m bench data list` shows the names"


def corpora() -> list[CorpusEntry]:
    """Corpora by name; of those without an address only the ones that are here.

    Raises:
        InputError: ``BENCH_DATA`` points nowhere.
    """
    return [entry for entry in corpus_entries() if not entry.local or entry.found is not None]


def question_sets() -> list[QuestionEntry]:
    """Every question set, here or not: ``found`` and ``missing`` tell."""
    return question_entries()


def question_set(name: str) -> QuestionEntry:
    """The entry of a question set by name or alias.

    Raises:
        InputError: there is none of that name.
    """
    entry = matching(name, question_entries())
    if entry is None:
        raise InputError(f"there is no question set '{name}'{did_you_mean(name, question_entries()) or '.'} {LIST}")
    return cast(QuestionEntry, entry)


def find_file(name: str, *, download: bool = True) -> Path:
    """The file (for some a folder) of a question set: gensim's copy, BENCH_DATA's, a cached one, else downloaded.

    Args:
        name: of the set.
        download: False to look on this machine only.

    Raises:
        NotAvailable: it is not here and cannot be, or may not be, downloaded.
        InputError: unknown name, or ``BENCH_DATA`` points nowhere.
    """
    return _locate(question_set(name), download)[0]


def load(name: str, *, download: bool = True) -> "QuestionSet":
    """Find and read a question set as its catalogue entry says: typos of the copy corrected, lemma tags cut off.

    Raises:
        NotAvailable, InputError: as ``find_file``; also for a kind that is no question file.
    """
    from . import questions, text_sets

    entry = question_set(name)
    path, copy = _locate(entry, download)
    parsers: dict[str, Callable[..., QuestionSet]] = {
        "analogy": questions.parse_analogies,
        "similarity": partial(
            questions.parse_similarity,
            lemma_tags=copy.lemma_tags,
            corrections=copy.corrections,
            score_column=copy.score_column,
        ),
        "categorization": questions.parse_categories,
        "outlier": questions.parse_outliers,
        "association": questions.parse_weat,
        "classification": partial(
            text_sets.parse_labelled, classes=copy.classes, train=copy.train, test=copy.test, encoding=copy.encoding
        ),
        "documents": text_sets.parse_document_pairs,
        "texts": partial(text_sets.parse_documents, encoding=copy.encoding),
    }
    if entry.kind not in parsers:
        raise InputError(f"'{entry.name}' is a set for {entry.kind}, which nothing here reads yet")
    return parsers[entry.kind](path, name=entry.name)


def open_corpus(
    name_or_path: str, *, min_count: int, cache: Path | None = None, errors: "Errors" = "strict"
) -> "Corpus":
    """Encode a corpus given by a name of the catalogue or BENCH_DATA, else by its file or files.

    A file that is called as a corpus is reached by ``./NAME``. What is not here is generated or downloaded. Several
    files are one text: a folder, a pattern, or paths with ``+`` between them (``shards.find_text``).

    Args:
        name_or_path: such as ``planted``, ``text8``, ``./text8``, ``my/corpus.txt.gz``, ``news/`` or ``news/*.txt.gz``.
        min_count: words that occur less often are dropped.
        cache: where the encoded form goes; the cache directory where None.
        errors: what is done about bytes that are not UTF-8 (``encode``).

    Raises:
        NotAvailable: it cannot be downloaded; the message says what to put where.
        InputError: neither a name nor a file, not the published text, or nothing that can be encoded.
    """
    from .encode import encode
    from .shards import find_text

    try:
        entry = matching(name_or_path, corpus_entries())
    except InputError:  # BENCH_DATA points nowhere, which does not matter to who names a file
        if find_text(name_or_path) is None:
            raise
        entry = None
    if entry is None:
        text = find_text(name_or_path)
        if text is None:
            raise InputError(
                f"there is no corpus and no file '{name_or_path}'{did_you_mean(name_or_path, corpus_entries()) or '.'}"
                f" {LIST}"
            )
        return encode(text.shards, min_count=min_count, name=text.name, cache=cache, errors=errors)

    entry = cast(CorpusEntry, entry)
    file = corpus_file(entry)
    told = notice(entry.name) if entry.generated else None
    corpus = encode(file, min_count=min_count, name=entry.name, generated=told, cache=cache, errors=errors)
    if entry.text_sha256 is not None and corpus.sha256 != entry.text_sha256:
        raise InputError(
            f"{file} is not {entry.name}: the sha256 of its text is {corpus.sha256}, not {entry.text_sha256}; "
            f"replace it, or name it otherwise and give its path"
        )
    return corpus


def fetch(name: str) -> Path:
    """Have a corpus or a question set on this machine, and say where.

    Raises:
        NotAvailable, InputError: as ``open_corpus`` and ``find_file``.
    """
    entry = matching(name, corpus_entries()) or matching(name, question_entries())
    if entry is None:
        everything: list[Entry] = [*corpus_entries(), *question_entries()]
        hint = did_you_mean(name, everything)  # type: ignore[arg-type]
        raise InputError(f"there is no corpus or question set '{name}'{hint or '.'} {LIST}")
    return corpus_file(entry) if isinstance(entry, CorpusEntry) else _locate(entry, True)[0]


def corpus_file(entry: CorpusEntry) -> Path:
    """The text of a corpus, maybe packed: found, else generated, downloaded and made.

    Raises:
        NotAvailable: it cannot be downloaded, or has no address and is not here.
        InputError: a file is another one than published, or the cache cannot be written.
    """
    if entry.generated:
        return generated_file(entry.name)
    if entry.path is not None:
        return entry.path
    if entry.file is None:
        raise NotAvailable(f"'{entry.name}' is {entry.missing}, and set BENCH_DATA to the folder that holds corpora")
    text = entry.text_file
    if text is not None and text.is_file():
        return text
    download = _download_corpus(entry)
    if text is None:
        return download
    from .archives import join_members, write_fil9

    with explained(text.parent):
        text.parent.mkdir(parents=True, exist_ok=True)
    if entry.make == "fil9":
        text8 = cast(CorpusEntry, matching("text8", corpus_entries()))
        write_fil9(download, text, size=entry.text_bytes, start_sha256=text8.text_sha256)
    else:
        join_members(download, "*/training-monolingual.tokenized.shuffled/news.en-*", text)
    return text


def _download_corpus(entry: CorpusEntry) -> Path:
    from .download import fetch_file

    assert entry.file is not None
    return fetch_file(entry.name, entry.urls, downloads() / entry.file, sha256=entry.sha256, size=entry.bytes)


def _locate(entry: QuestionEntry, download: bool) -> tuple[Path, Copy]:
    located = entry.locate()
    if located is not None:
        return located
    if not download:
        raise NotAvailable(f"'{entry.name}' is {entry.missing}")
    failure: NotAvailable | None = None
    for copy in entry.copies:
        try:
            return _download_copy(entry, copy), copy
        except NotAvailable as error:
            failure = failure or error
    assert failure is not None
    raise failure


def _download_copy(entry: QuestionEntry, copy: Copy) -> Path:
    from .archives import content_sha256, unpack_folder
    from .download import fetch_file

    target = downloads() / copy.name
    if copy.archive is None or copy.folder is None:
        return fetch_file(entry.name, copy.urls, target, sha256=copy.sha256)
    # A repository's archive is packed anew by its host now and then, so its own hash says nothing; its content's does.
    archive = fetch_file(entry.name, copy.urls, downloads() / copy.archive, sha256=None, checked_later=True)
    if not target.exists():
        unpack_folder(archive, copy.folder, target)
    found = content_sha256(target)
    if copy.sha256 is not None and found != copy.sha256:
        raise InputError(
            f"{target} is not the published set: the sha256 of its files is {found}, not {copy.sha256}; "
            f"delete it and {archive} to have them downloaded again"
        )
    return target
