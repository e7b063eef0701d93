"""Tables for LaTeX: checked by their syntax everywhere, compiled where pdflatex is installed."""

import re
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.reports import paper
from bench.reports.bibtex import references
from bench.reports.merge import Group
from bench.reports.paper.latex_text import escaped, lines

AWKWARD = [
    r"a_b & 50% {c} $x^2$ #1 ~ \d", "[x]", "*", "<html>|`\"'", "Š–é×−÷·±≤ñß", "汉字 имя ελ", "a--b''c,,d?`!`",
    "\\end{tabular}", "x" * 200, "numba[negatives=window:3,shared_rows=1024,copies=one_of_each_thread]",
    "\u202e\0\x1b[31m", "…", "%", "}",
]  # fmt: skip
SPEEDS = [5.1e6, 5.3e6, 5.2e6]

COMMANDS = {
    "begin", "end", "toprule", "midrule", "bottomrule", "addlinespace", "multicolumn", "emph", "textbf", "rlap",
    "scriptsize", "footnotesize", "small", "centering", "setlength", "tabcolsep", "caption", "label", "par",
    "smallskip", "linewidth", "raggedright", "parbox", "strut", "allowbreak", "textbackslash", "textasciitilde",
    "textasciicircum", "textless", "textgreater", "textbar", "char", "dots", "times", "div", "cdot", "pm", "le",
    "ge", "approx", "to", "circ", "dagger", "mu", "rho", "alpha", "beta", "lambda", "sigma", "ss", "ae", "AE", "oe",
    "OE", "o", "O", "l", "L", "i", "j", "v", "u", "H", "r", "c", "d", "b",
}  # fmt: skip


def check(text):
    """LaTeX without a fault that shows in the text alone: braces, environments, special signs, commands."""
    assert text.isascii()
    source = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    open_ = []
    for kind, what in re.findall(r"\\(begin|end)\{(\w+\*?)\}", source):
        if kind == "begin":
            open_.append(what)
        else:
            assert open_.pop() == what
    assert not open_
    plain = re.sub(r"\\(?:[\\&%$#_{}'`^~=.\"])", "", source)
    assert set(re.findall(r"\\([A-Za-z]+)", plain)) <= COMMANDS
    assert not re.search(r"\\[^A-Za-z]", plain)
    depth = 0
    for sign in plain:
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0
    assert not set("%#") & set(plain)
    assert plain.count("$") % 2 == 0
    outside = "".join(plain.split("$")[::2])
    outside = re.sub(r"\\label\{[^}]*\}", "", outside)
    assert not set("_^") & set(outside)


def rows(text):
    """Cells of each row of the table; a row of one cell over all columns is left out."""
    body = text[text.index(r"\toprule") : text.index(r"\bottomrule")]
    lines = [line.removesuffix(r" \\") for line in body.splitlines() if line.endswith(r"\\")]
    return [re.split(r"(?<!\\)&", line) for line in lines if not line.startswith(r"\multicolumn")]


def columns(text):
    sides = re.search(r"\\begin\{tabular\}\{@\{\}([lr]+)@\{\}\}", text)
    return len(sides[1])


@pytest.fixture
def awkward(make_results):
    some = [
        {
            "implementation": text,
            "speeds": [one * (1 + i) for one in SPEEDS],
            "accuracy": 0.3 + i / 100,
            "version": text,
        }
        for i, text in enumerate(AWKWARD)
    ]
    lost = {"implementation": "lost_&", "failures": {1: ("failed", "50 % of $x_1$")}}
    results = make_results(*some, lost, corpus={"name": AWKWARD[0], "generated": AWKWARD[0]})
    return [Group("a", AWKWARD[0], results), Group("b", "b", results)]


@pytest.fixture
def marked(make_results):
    """Usual results: one is the best, one its equal, over five seeds."""
    accuracies = {"numba": 0.4, "gensim": 0.3, "numpy": 0.2}
    some = [
        {
            "implementation": label, "speeds": [5e6 * value * (1 + seed / 50)], "accuracy": value + seed / 1000,
            "rho": 0.6 + (value == 0.2) / 1000 + seed / 2000, "seed": seed,
        }
        for label, value in accuracies.items()
        for seed in range(5)
    ]  # fmt: skip
    return [Group("small", "", make_results(*some))]


@pytest.mark.parametrize("table", ["results", "tasks"])
@pytest.mark.parametrize("label", [None, "tab:all_of-it.1"])
def test_awkward_names_make_no_syntax_error(awkward, table, label):
    text = paper.written(paper.table(table, awkward), "latex", caption=AWKWARD[0] if label else None, label=label)
    check(text)
    assert {len(cells) for cells in rows(text)} == {columns(text)}


def test_the_check_finds_faults():
    for fault in ("a_b", "50 %", "$x", "{", "}", r"\unknown", "#1", r"\begin{table}", "ä", "x^2"):
        with pytest.raises((AssertionError, IndexError)):
            check(f"text {fault} text")
    check(r"\begin{table} a\_b 50\,% $x_1$ {\'{e}} \end{table}".replace(r"\,%", r"\%"))


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_any_text_is_set_without_a_fault(text):
    check(escaped(text))
    for line in lines(text):
        check(line)
    assert "\n" not in escaped(text)


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126)))
def test_no_letter_or_digit_is_lost(text):
    shown = re.sub(r"\\[a-z]+(34|96)?", "", "".join(lines(text)))
    assert re.findall("[A-Z0-9]", shown) == re.findall("[A-Z0-9]", text)


@given(st.text(alphabet="ab,[]=_"), st.integers(4, 30))
def test_no_line_of_a_name_is_too_long(text, width):
    assert all(len(line.replace("\\", "").replace("{}", "")) <= width for line in lines(text, width))


def test_names_break_where_a_reader_would():
    assert lines("numba[negatives=window:3,version=0.68.1, revision c339f59]") == [
        "numba[negatives=window:3,", "version=0.68.1,", "revision c339f59]",
    ]  # fmt: skip
    assert lines("a b  c") == ["a b c"]


def test_the_table_has_units_intervals_and_n(marked):
    text = paper.written(paper.table("results", marked), "latex")
    check(text)
    heads, units, *body = [[cell.strip() for cell in line] for line in rows(text)]
    assert heads == ["", "Speed", r"Speed $\div$", "Google", "WordSim-353", "Peak", ""]
    expected = ["(M words/s)", "gensim", r"analogies (\%)", r"($\rho$)", "memory (MB)", "$n$"]
    assert units == ["Implementation", *expected]
    assert body[0][0] == "{numba}"
    assert body[0][-1] == "{5}"
    assert body[0][1] == "{2.08}"
    assert body[1][1] == r"{\footnotesize (2.00--2.16)}"
    assert r"\textbf{40.2}" in body[0][3]


def test_with_a_caption_or_a_label_it_is_a_whole_table(marked):
    table = paper.table("results", marked, ["speed", "n"])
    bare = paper.written(table, "latex")
    assert r"\begin{table" not in bare
    whole = paper.written(table, "latex", caption="50 % faster", label="tab:a")
    check(whole)
    assert whole.startswith("\\begin{table}\n")
    assert r"\caption{50~\% faster}" in whole
    assert r"\label{tab:a}" in whole
    assert whole.index(r"\caption") < whole.index(r"\label"), "a label before the caption numbers the section"
    only = paper.written(table, "latex", label="tab:a")
    assert r"\caption{Speed and quality of word2vec implementations trained on small.}" in only
    wide = paper.written(paper.table("results", marked), "latex", caption="x")
    assert wide.startswith("\\begin{table*}\n")


def pdflatex(directory, body, *, options=""):
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed: apt-get install texlive-latex-base texlive-latex-recommended")
    document = rf"\documentclass[{options}]{{article}}\usepackage{{booktabs}}\begin{{document}}{body}\end{{document}}"
    (directory / "paper.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, errors="replace", timeout=120)
    assert done.returncode == 0, done.stdout[-3000:]
    assert (directory / "paper.pdf").stat().st_size > 1000
    return done.stdout


def test_awkward_tables_compile(awkward, tmp_path):
    parts = []
    for table in ("results", "tasks"):
        drawn = paper.table(table, awkward)
        parts.append(paper.written(drawn, "latex"))
        parts.append(paper.written(drawn, "latex", caption=AWKWARD[0] * 3, label=f"tab:{table}"))
    pdflatex(tmp_path, "\n\n".join(parts))


@pytest.mark.parametrize("chosen", [None, ["speed", "google-30k", "n"]])
def test_a_usual_table_fits_its_page(marked, tmp_path, chosen):
    """Nothing sticks out of the columns of a two-column paper."""
    text = paper.written(paper.table("results", marked, chosen), "latex", caption="Speed and quality.", label="tab:x")
    said = pdflatex(tmp_path, f"{text} See Table \\ref{{tab:x}}.", options="twocolumn")
    assert "Overfull" not in said
    bare = paper.written(paper.table("quality", marked), "latex")
    pdflatex(tmp_path, bare)


def test_the_references_go_through_bibtex(marked, tmp_path):
    if shutil.which("bibtex") is None:
        pytest.skip("bibtex is not installed")
    (tmp_path / "references.bib").write_text(references([group.results for group in marked]), encoding="ascii")
    body = r"See:\nocite{*}\bibliographystyle{plain}\bibliography{references}"
    pdflatex(tmp_path, body)
    done = subprocess.run(["bibtex", "paper"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    assert "Warning" not in done.stdout
    pdflatex(tmp_path, body)


def test_what_nine_were_given_fits_a_page(make_results, tmp_path):
    names = ("numpy", "numba", "torch", "gensim", "word2vec-c", "fasttext", "glove", "ppmi-svd", "spark")
    values = {
        "shrink_windows": "1/distance", "initial vectors": "±0.5/vector_size", "negative samples": "each example",
        "vocabulary": "the corpus's and </s>", "learning rate": "every 10,000 words", "alpha": 0.025, "window": None,
    }  # fmt: skip
    runs = [
        {
            "implementation": name,
            "speeds": [1e6],
            "extra": {
                "given": {
                    key: {"value": value, "note": f"100 % of {name}'s {key} & <all> that x_y^2 is" if i % 2 else None}
                    for key, value in values.items()
                }
            },
        }
        for i, name in enumerate(names)
    ]
    groups = [Group("small", "", make_results(*runs))]
    said = pdflatex(tmp_path, paper.written(paper.table("given", groups), "latex", caption="x"), options="twocolumn")
    assert "Overfull" not in said
    pdflatex(tmp_path, paper.written(paper.table("given", groups), "latex"))
