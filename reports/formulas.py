"""Text in a CSV file that a spreadsheet would take for a formula.

Excel and LibreOffice run what begins with one of a few signs when a file is opened: ``=HYPERLINK(…)`` sends what stands
in the cells beside it away. Names of implementations and reasons of failures come from elsewhere.
"""

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The wide ones count where the system is Chinese or Japanese."""


def defused(text: str) -> str:
    """The text with an apostrophe before it where it would be a formula: spreadsheets then show it as it is.

    Numbers stay numbers.
    """
    if not text.startswith(_BEGINNINGS):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
