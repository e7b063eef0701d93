"""A folder of its own for a program's files."""

import shutil
import tempfile
import weakref
from pathlib import Path

from ...datasets.corpus import Corpus
from ...datasets.export import text_file


class Workspace:
    """Holds a link to the corpus as text, and what a program writes; removed when it is closed or forgotten.

    The names are short, as programs may have little room for them. A worker that is killed leaves its folder to
    whoever tidies the directory for temporary files.

    Attributes:
        directory: the folder.
        corpus: the text (see ``text_file``), a link.
        vectors: where the program is to write.
    """

    def __init__(self, corpus: Corpus) -> None:
        text = text_file(corpus)
        self.directory = Path(tempfile.mkdtemp(prefix="bench-"))
        self.close = weakref.finalize(self, shutil.rmtree, self.directory, ignore_errors=True)
        self.corpus = self.directory / "corpus.txt"
        self.vectors = self.directory / "vectors"
        self.corpus.symlink_to(text)
