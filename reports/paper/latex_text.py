"""Text that LaTeX sets as it is, whatever is in it: every special sign escaped, without a package."""

import re
import unicodedata
from itertools import pairwise

_SIGNS = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"{\char34}", "`": r"{\char96}", "–": "--", "—": "---", "−": "$-$", "×": r"$\times$",
    "÷": r"$\div$", "·": r"$\cdot$", "±": r"$\pm$", "≤": r"$\le$", "≥": r"$\ge$", "≈": r"$\approx$", "→": r"$\to$",
    "°": r"$^\circ$", "†": r"$^\dagger$", "µ": r"$\mu$", "μ": r"$\mu$", "ρ": r"$\rho$", "α": r"$\alpha$",
    "β": r"$\beta$", "λ": r"$\lambda$", "σ": r"$\sigma$", "…": r"\dots{}", "’": "'", "‘": "{\\char96}",
    "“": "{\\char34}", "”": "{\\char34}", "ß": r"{\ss}", "æ": r"{\ae}", "Æ": r"{\AE}", "œ": r"{\oe}", "Œ": r"{\OE}",
    "ø": r"{\o}", "Ø": r"{\O}", "ł": r"{\l}", "Ł": r"{\L}", "ı": r"{\i}", "\N{NO-BREAK SPACE}": "~",
}  # fmt: skip

_ACCENTS = {
    "\N{COMBINING GRAVE ACCENT}": r"\`", "\N{COMBINING ACUTE ACCENT}": r"\'",
    "\N{COMBINING CIRCUMFLEX ACCENT}": r"\^", "\N{COMBINING TILDE}": r"\~", "\N{COMBINING DIAERESIS}": r"\"",
    "\N{COMBINING MACRON}": r"\=", "\N{COMBINING DOT ABOVE}": r"\.", "\N{COMBINING BREVE}": r"\u",
    "\N{COMBINING CARON}": r"\v", "\N{COMBINING DOUBLE ACUTE ACCENT}": r"\H", "\N{COMBINING RING ABOVE}": r"\r",
    "\N{COMBINING CEDILLA}": r"\c", "\N{COMBINING DOT BELOW}": r"\d", "\N{COMBINING MACRON BELOW}": r"\b",
}  # fmt: skip
"""Those that LaTeX's oldest font encoding knows."""

_LIGATURES = ("-", "'", ",")
"""Of two in a row TeX makes one sign."""

LONGEST = 26
"""Characters that a name may have on one line of a table."""


def escaped(text: str) -> str:
    """The text on one line. Letters that plain LaTeX has no font for stand as ``[U+4E2D]``, control signs go."""
    flat = re.sub(r"[\t\n\r]+", " ", text)
    pieces = [_sign(sign) for sign in unicodedata.normalize("NFC", flat)]
    apart = [f"{{}}{one}" if one in _LIGATURES and one == before else one for before, one in pairwise(["", *pieces])]
    return "".join(apart)


def _sign(sign: str) -> str:
    if sign in _SIGNS:
        return _SIGNS[sign]
    if sign.isascii():
        return sign if sign.isprintable() else ""
    if sign.isspace():
        return " "
    letter, *accents = list(unicodedata.normalize("NFD", sign))
    if letter.isascii() and letter.isalpha() and len(accents) == 1 and accents[0] in _ACCENTS:
        return f"{{{_ACCENTS[accents[0]]}{{{_dotless(letter)}}}}}"
    return f"[U+{ord(sign):04X}]" if sign.isprintable() else ""


def _dotless(letter: str) -> str:
    return f"\\{letter}" if letter in "ij" else letter


def sentence(text: str) -> str:
    """Prose: no line ends between a number and its sign for per cent."""
    return escaped(re.sub(r"(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", text))


def lines(text: str, width: int = LONGEST) -> list[str]:
    """A name on lines of at most so many characters, escaped, broken where a reader would: at brackets and commas."""
    flat = " ".join(text.split())
    if len(flat) <= width:
        return [escaped(flat)]
    pieces = [piece for part in re.split(r"(?<=[\[,])", flat) for piece in _short(part, width)]
    found = [""]
    for piece in pieces:
        if len(found[-1] + piece) <= width:
            found[-1] += piece
        else:
            found.append(piece)
    return [escaped(line.strip()) for line in found if line.strip()]


def _short(part: str, width: int) -> list[str]:
    """A part that has no place to break, cut between words, or else at other signs, or else anywhere."""
    pieces = [part]
    for places in (r"(?<=[ /:])", r"(?<=[=_.-])"):
        pieces = [cut for piece in pieces for cut in (re.split(places, piece) if len(piece) > width else [piece])]
    return [cut for piece in pieces for cut in re.findall(f".{{1,{width}}}", piece)]
