"""The catalogue: what names lead to, what is told of each, and what is said where something is missing."""

import ast
import hashlib
import io
import lzma
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.datasets import catalogue, catalogue_entries
from bench.datasets.archives import content_sha256, join_members, unpack_folder, write_fil9
from bench.datasets.catalogue import NotAvailable, corpora, fetch, find_file, load, open_corpus, question_set
from bench.datasets.catalogue_entries import (
    Copy,
    CorpusEntry,
    QuestionEntry,
    corpus_entries,
    matching,
    question_entries,
)
from bench.datasets.errors import InputError
from bench.datasets.wikifil import filter_wikipedia


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache and no BENCH_DATA, and no net."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("BENCH_CACHE", str(folder))
    monkeypatch.delenv("BENCH_DATA", raising=False)
    # Port 9 discards; nothing on this machine listens there.
    for scheme in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(scheme, "http://127.0.0.1:9")
    return folder


@pytest.fixture
def bench_data(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    (folder / "corpora").mkdir(parents=True)
    (folder / "eval").mkdir()
    monkeypatch.setenv("BENCH_DATA", str(folder))
    return folder


@pytest.fixture
def no_gensim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue_entries, "gensim_data", lambda: None)


TEXT = "the cat sat on the mat\nthe dog sat on the log\n"


# Entries.


@pytest.mark.parametrize("entry", [*question_entries(), *corpus_entries()], ids=lambda entry: entry.name)
def test_every_entry_says_what_is_needed_to_cite_and_to_trust_it(entry: QuestionEntry | CorpusEntry) -> None:
    for told in (entry.description, entry.source, entry.licence, entry.citation, entry.kind):
        assert told.strip()
    copies = entry.copies if isinstance(entry, QuestionEntry) else [entry]
    for copy in copies:
        assert copy.sha256 is None or re.fullmatch(r"[0-9a-f]{64}", copy.sha256)
        assert all(re.match(r"https?://[^/]+/\S+$", url) for url in copy.urls)
    if isinstance(entry, QuestionEntry):
        assert entry.rows > 0
        assert all(copy.urls for copy in copies)


def test_only_mturk_771_has_no_published_hash() -> None:
    unknown = [e.name for e in question_entries() if any(copy.sha256 is None for copy in e.copies)]
    unknown += [e.name for e in corpus_entries() if e.urls and e.sha256 is None]
    assert unknown == ["mturk-771"]


def test_no_two_entries_answer_to_one_name() -> None:
    for entries in (question_entries(), corpus_entries()):
        keys = [catalogue_entries.key_of(name) for entry in entries for name in (entry.name, *entry.aliases)]
        assert len(keys) == len(set(keys))


def test_no_two_downloads_share_a_file_unless_it_is_the_same() -> None:
    files: dict[str, str | None] = {}
    for entry in question_entries():
        for copy in entry.copies:
            assert files.setdefault(copy.name, copy.sha256) == copy.sha256
    for corpus in corpus_entries():
        if corpus.file:
            assert files.setdefault(corpus.file, corpus.sha256) == corpus.sha256


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("wordsim353", "wordsim-353"),
        ("WordSim-353", "wordsim-353"),
        ("SimLex999", "simlex-999"),
        ("50-8-8", "outliers-50-8-8"),
        ("google", "google"),
    ],
)
def test_names_are_forgiving(asked: str, name: str) -> None:
    assert question_set(asked).name == name


@pytest.mark.parametrize(
    ("typo", "meant"), [("wordsin353", "wordsim-353"), ("gogle", "google"), ("simlx", "simlex-999")]
)
def test_a_typo_in_a_set_gets_a_hint(typo: str, meant: str) -> None:
    with pytest.raises(InputError, match=f"did you mean .*{meant}.*data list"):
        find_file(typo)


def test_a_path_is_never_a_name() -> None:
    assert matching("./text8", corpus_entries()) is None
    assert matching("text8", corpus_entries()) is not None


def test_listing_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from bench.datasets.catalogue import corpora, question_sets\n"
        "for entry in [*corpora(), *question_sets()]: (entry.name, entry.kind, entry.found, entry.missing)\n"
        "print([m for m in ('gensim', 'torch', 'numba', 'pooch', 'requests', 'numpy') if m in sys.modules])\n"
    )
    environment = {key: value for key, value in os.environ.items() if key not in ("BENCH_CACHE", "BENCH_DATA")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert ast.literal_eval(done.stdout) == []


# Question sets.


def test_gensims_copies_serve_without_anything_else(cache: Path) -> None:
    pytest.importorskip("gensim")
    for name, rows in (("google", 19_544), ("wordsim-353", 353), ("simlex-999", 999)):
        assert "gensim" in str(find_file(name, download=False))
        assert len(load(name, download=False)) == rows
    assert not cache.exists()


def test_a_set_that_is_not_here_says_how_to_get_it(cache: Path) -> None:
    assert question_set("men").found is None
    with pytest.raises(NotAvailable, match="data fetch men"):
        find_file("men", download=False)
    assert not cache.exists()


def test_offline_the_message_tells_address_hash_and_place(cache: Path) -> None:
    with pytest.raises(NotAvailable) as raised:
        find_file("mc-30")
    [copy] = question_set("mc-30").copies
    message = str(raised.value)
    assert all(part in message for part in (copy.urls[0], str(copy.sha256), str(cache / "downloads" / "EN-MC-30.txt")))


def test_what_is_put_at_that_place_is_found_if_right_and_refused_if_not(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"car\tautomobile\t3.92\n"
    entry = made_up(content)
    monkeypatch.setattr(catalogue, "question_entries", lambda: [entry])
    place = cache / "downloads" / "made.txt"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"another file")
    with pytest.raises(InputError, match="not the right file"):
        find_file("made-up")
    assert "another file" in str(entry.missing)
    place.write_bytes(content)
    assert find_file("made-up") == place
    assert entry.missing is None


def made_up(content: bytes, **more: object) -> QuestionEntry:
    copy = Copy("eval/made.txt", sha256=hashlib.sha256(content).hexdigest(), urls=("http://localhost/made",), **more)  # type: ignore[arg-type]
    return QuestionEntry("made-up", "similarity", "a set", 1, "here", "none", "nobody", (copy,))


@pytest.mark.parametrize("place", ["eval/made.txt", "made.txt"])
def test_bench_data_is_looked_in_and_another_file_there_passed_over(
    bench_data: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    content = b"car\tautomobile\t3.92\n"
    entry = made_up(content)
    monkeypatch.setattr(catalogue, "question_entries", lambda: [entry])
    (bench_data / place).write_bytes(content + b"more")
    with pytest.raises(NotAvailable, match="not the published one"):
        find_file("made-up", download=False)
    (bench_data / place).write_bytes(content)
    assert find_file("made-up", download=False) == bench_data / place


def test_bench_data_that_points_nowhere_is_told(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "nowhere"))
    for call in (lambda: find_file("men"), lambda: open_corpus("wiki1m", min_count=1), corpora):
        with pytest.raises(InputError, match=r"BENCH_DATA is set to .*nowhere"):
            call()
    assert "BENCH_DATA" in str(question_set("men").missing)
    path = tmp_path / "own.txt"
    path.write_text(TEXT)
    assert open_corpus(str(path), min_count=1).n_tokens == 12, "who names a file does not need BENCH_DATA"


def test_sets_for_classifiers_are_files_not_questions(bench_data: Path) -> None:
    with pytest.raises(InputError):
        load("subj", download=False)


# Corpora.


def test_a_path_opens(cache: Path, tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text(TEXT)
    corpus = open_corpus(str(tmp_path / "own.txt"), min_count=2)
    assert (corpus.n_tokens, corpus.generated) == (8, None)
    assert set(corpus.vocabulary.words) == {"the", "sat", "on"}


def test_a_name_comes_before_a_file_of_that_name(
    bench_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bench_data / "corpora" / "mine.txt").write_text(TEXT)
    (tmp_path / "mine").write_text("other words\n")
    monkeypatch.chdir(tmp_path)
    assert open_corpus("mine", min_count=1).n_tokens == 12
    assert open_corpus("./mine", min_count=1).n_tokens == 2


def test_files_of_bench_data_are_corpora_by_their_stem(bench_data: Path) -> None:
    folder = bench_data / "corpora"
    (folder / "packed.txt.xz").write_bytes(lzma.compress(TEXT.encode()))
    (folder / "both.txt").write_text(TEXT)
    (folder / "both.txt.xz").write_bytes(lzma.compress(b"the packed one is not taken"))
    (folder / "news.2013.en").write_text(TEXT)
    (folder / "SOURCES.md").write_text("not a corpus")
    (folder / ".hidden.txt").write_text("not a corpus")
    local = {entry.name: entry for entry in corpora() if entry.path}
    assert sorted(local) == ["both", "news.2013.en", "packed"]
    for name in local:
        corpus = open_corpus(name, min_count=1)
        assert (corpus.name, corpus.n_tokens) == (name, 12)
    assert fetch("packed") == folder / "packed.txt.xz"


def test_a_local_corpus_of_a_published_name_must_be_that_text(bench_data: Path) -> None:
    (bench_data / "corpora" / "wiki1m.txt").write_text(TEXT)
    with pytest.raises(InputError, match=r"wiki1m\.txt is not wiki1m"):
        open_corpus("wiki1m", min_count=1)


def test_a_local_corpus_that_is_not_here_says_where_it_belongs(cache: Path) -> None:
    assert "wiki1m" not in [entry.name for entry in corpora()]
    with pytest.raises(NotAvailable, match="BENCH_DATA"):
        open_corpus("wiki1m", min_count=1)


@pytest.mark.data
@pytest.mark.skipif(not os.environ.get("BENCH_DATA"), reason="BENCH_DATA is not set")
def test_wiki1m_is_the_text_it_should_be(tmp_path: Path) -> None:
    if "wiki1m" not in [entry.name for entry in corpora()]:
        pytest.skip("BENCH_DATA has no wiki1m")
    corpus = open_corpus("wiki1m", min_count=5, cache=tmp_path)
    assert corpus.source_tokens == 1_000_051


def test_an_unknown_corpus_gets_a_hint(cache: Path) -> None:
    with pytest.raises(InputError, match=r"no corpus and no file 'tekst8'; did you mean text8\? .*data list"):
        open_corpus("tekst8", min_count=1)
    with pytest.raises(InputError, match="no corpus and no file"):
        open_corpus("no/such/file.txt", min_count=1)
    with pytest.raises(InputError, match="did you mean text8"):
        fetch("tekst8")


def test_offline_a_corpus_says_what_to_put_where(cache: Path) -> None:
    with pytest.raises(NotAvailable) as raised:
        open_corpus("text8", min_count=5)
    message = str(raised.value)
    assert "a6640522afe85d1963ad56c05b0ede0a0c000dddc9671758a6cc09b7a38e5232" in message
    assert str(cache / "downloads" / "text8.zip") in message
    assert "mattmahoney.net/dc/text8.zip" in message


def test_a_download_put_by_hand_is_checked_before_use(cache: Path) -> None:
    place = cache / "downloads" / "text8.zip"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"PK\x03\x04 not text8")
    with pytest.raises(InputError, match="not the right file"):
        open_corpus("text8", min_count=5)


def test_the_planted_corpus_is_made_once_and_says_what_it_is(cache: Path) -> None:
    pytest.importorskip("gensim", reason="its question sets come with gensim")
    from bench.datasets.planted import NOTICE

    first = fetch("planted")
    written = first.stat().st_mtime_ns
    corpus = open_corpus("planted", min_count=5)
    assert corpus.generated == NOTICE
    assert corpus.name == "planted"
    assert corpus.n_tokens > 100_000
    assert fetch("planted") == first
    assert first.stat().st_mtime_ns == written
    assert [path for path in first.parent.iterdir() if not path.name.startswith(".")] == [first]


# What is made of a download.


DUMP = """<mediawiki>
  <page>
    <title>Old name</title>
      <text xml:space="preserve">#REDIRECT [[Computer]]</text>
  </page>
  <page>
    <title>Computer</title>
    <comment>not in the text</comment>
      <text xml:space="preserve">{{dablink|other}} A '''computer''' is a [[machine|Machine]] of 1946 &amp;ndash; [[calculator]].&lt;ref name=&quot;a&quot;&gt;Smith, 1999&lt;/ref&gt;
[[Image:Eniac.jpg|thumb|left|200px|The ''ENIAC'' in [[Philadelphia]]]]
See [http://example.org/a?b=1 an example] &amp; café.&lt;br /&gt;Don't.
{| class=&quot;wikitable&quot;
| cell
|}
[[Category:Computers|*]] [[de:Computer]] [[zh-min-nan:Tian-nau]]
== See also ==
* [[Wikipedia:Help]]</text>
  </page>
</mediawiki>
"""  # noqa: E501

# What the original Perl program prints for it (perl 5.36).
CLEAN = (
    " a computer is a machine of one nine four six calculator the eniac in philadelphia see an example"
    " caf don t computers see also wikipedia help"
)


@settings(deadline=None)
@given(size=st.integers(1, 400))
def test_clean_text_is_that_of_the_original_program_whatever_the_blocks(size: int) -> None:
    dump = DUMP.encode()
    blocks = (dump[i : i + size] for i in range(0, len(dump), size))
    assert b"".join(filter_wikipedia(blocks)).decode() == CLEAN


RULES = [
    (rb"<.*>", b"", 1), (rb"&amp;", b"&", 0), (rb"&lt;", b"<", 0), (rb"&gt;", b">", 0), (rb"<ref[^<]*</ref>", b"", 0),
    (rb"<[^>]*>", b"", 0), (rb"\[http:[^] ]*", b"[", 0), (rb"(?i)\|thumb", b"", 0), (rb"(?i)\|left", b"", 0),
    (rb"(?i)\|right", b"", 0), (rb"(?i)\|\d+px", b"", 0), (rb"(?i)\[\[image:[^\[\]]*\|", b"", 0),
    (rb"(?i)\[\[category:([^|\]]*)[^]]*\]\]", rb"[[\1]]", 0), (rb"\[\[[a-z\-]*:[^\]]*\]\]", b"", 0),
    (rb"\[\[[^\|\]]*\|", b"[[", 0), (rb"\{\{[^\}]*\}\}", b"", 0), (rb"\{[^\}]*\}", b"", 0), (rb"[\[\]]", b"", 0),
    (rb"&[^;]*;", b" ", 0),
]  # fmt: skip
"""The substitutions of the original program, once or everywhere (0), whose time is that of the worst expression."""

MARKS = [
    *b"<ref </ref> < > &lt; &gt; &amp; &nbsp; & ; [[ ]] [ ] {{ }} { } | |thumb |9px".split(),
    *b"[[image: [[Category: [[fr: [http: : a bC".split(),
    b" ",
    b"\n",
]


@settings(deadline=None, max_examples=500)
@given(st.lists(st.sampled_from(MARKS), max_size=40).map(b"".join))
def test_broken_markup_is_cleaned_as_the_original_s_rules_clean_it(text: bytes) -> None:
    expected = []
    for piece in re.findall(rb"[^>]*>|[^>]+$", b"<text >" + text):
        for pattern, replacement, count in RULES:
            piece = re.sub(pattern, replacement, piece, count=count)
        expected += re.findall(rb"[a-z]+", piece.replace(b"9", b" nine ").lower())
    assert b"".join(filter_wikipedia([b"<text >", text])).split() == expected


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=300))
def test_clean_text_is_words_of_letters_each_after_one_space(content: bytes) -> None:
    text = b"".join(filter_wikipedia([b'<text xml:space="preserve">', content])).decode()
    assert re.fullmatch(r"( [a-z]+)*", text)


def packed_dump(folder: Path) -> Path:
    path = folder / "dump.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("enwik", DUMP)
    return path


def test_fil9_is_written_whole_and_checked(tmp_path: Path) -> None:
    target = tmp_path / "fil9.txt"
    sha256 = hashlib.sha256(CLEAN.encode()).hexdigest()
    write_fil9(packed_dump(tmp_path), target, size=len(CLEAN), start_sha256=sha256)
    assert target.read_text() == CLEAN


@pytest.mark.parametrize("wrong", [{"size": 5}, {"start_sha256": "0" * 64}])
def test_a_text_that_is_not_fil9_is_not_kept(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        write_fil9(packed_dump(tmp_path), tmp_path / "fil9.txt", **wrong)  # type: ignore[arg-type]
    assert [path.name for path in tmp_path.iterdir()] == ["dump.zip"]


def news(path: Path) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name in ("train/news.en-2", "held/news.en-1", "train/news.en-1", "README"):
            content = f"text of {name}\n".encode() * 1000
            member = tarfile.TarInfo(f"top/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_members_are_joined_in_the_archives_order(tmp_path: Path) -> None:
    join_members(news(tmp_path / "a.tar.gz"), "*/train/news.en-*", tmp_path / "out.txt")
    lines = (tmp_path / "out.txt").read_text().splitlines()
    assert lines == ["text of train/news.en-2"] * 1000 + ["text of train/news.en-1"] * 1000


@pytest.mark.parametrize("cut", [0, 1, 5, 60])
def test_a_damaged_archive_gives_no_text(tmp_path: Path, cut: int) -> None:
    archive = news(tmp_path / "a.tar.gz")
    archive.write_bytes(archive.read_bytes()[: -cut - 20] if cut else b"no archive at all")
    with pytest.raises(InputError, match="fetch it again"):
        join_members(archive, "*/train/news.en-*", tmp_path / "out.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar.gz"]


def test_an_archive_without_the_members_gives_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no member"):
        join_members(news(tmp_path / "a.tar.gz"), "*/nothing", tmp_path / "out.txt")
    assert not (tmp_path / "out.txt").exists()


def test_a_folder_is_taken_out_of_a_repositorys_archive(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("repo-abc/data/set/b/two.txt", "2")
        out.writestr("repo-abc/data/set/a/one.txt", "1")
        out.writestr("repo-abc/data/settings.txt", "not this")
        out.writestr("repo-abc/data/set/../../../evil.txt", "nor this")
    unpack_folder(archive, "data/set", tmp_path / "set")
    found = {path.relative_to(tmp_path / "set").as_posix() for path in (tmp_path / "set").rglob("*.txt")}
    assert found == {"a/one.txt", "b/two.txt"}
    assert content_sha256(tmp_path / "set") == hashlib.sha256(b"12").hexdigest()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "set"]
    with pytest.raises(InputError, match="no folder"):
        unpack_folder(archive, "elsewhere", tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_a_set_that_is_a_folder_is_checked_by_its_content(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = Copy(
        "eval/set", urls=("http://localhost/a.zip",), archive="a.zip", folder="data/set",
        sha256=hashlib.sha256(b"oak\nelm\n\ncat\n").hexdigest(),
    )  # fmt: skip
    entry = QuestionEntry("folder", "outlier", "a set", 1, "here", "none", "nobody", (copy,))
    monkeypatch.setattr(catalogue, "question_entries", lambda: [entry])
    archive = cache / "downloads" / "a.zip"
    archive.parent.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("repo/data/set/trees.txt", "oak\nelm\n\ncat\n")
    assert len(load("folder")) == 1
    assert not list(archive.parent.glob("*.sha256")), "the archive's own hash is not noted"


def test_without_gensim_its_sets_are_looked_for_elsewhere(bench_data: Path, no_gensim: None) -> None:
    with pytest.raises(NotAvailable, match="data fetch wordsim-353"):
        find_file("wordsim-353", download=False)


def test_the_page_on_the_catalogue_lists_what_is_in_it() -> None:
    page = Path(__file__).parent.parent / "docs" / "catalogue.md"
    rows = {line.split("|")[1].strip(): line for line in page.read_text().splitlines() if line.startswith("| `")}
    for entry in question_entries():
        assert f"| {entry.rows:,} |" in rows[f"`{entry.name}`"]
        assert entry.licence.split(";")[0] in rows[f"`{entry.name}`"]
    for corpus in corpus_entries():
        assert f"`{corpus.name}`" in rows or corpus.local
