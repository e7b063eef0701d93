"""The one exception for what the user can put right."""

from .printable import one_line


class InputError(Exception):
    """Wrong usage or unusable input. Its message is one clear sentence that says what to do; exit code 2.

    The sentence may quote a file or its name, so it is made one printable line of bounded length here.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(one_line(str(message)))


class NotAvailable(InputError):  # noqa: N818 - what it says, not that it is an error, is the point
    """Data that is not here and could not be fetched. Its message says what to put where."""
