"""The one exception for what the user can put right."""


class InputError(Exception):
    """Wrong usage or unusable input. Its message is one clear sentence that says what to do; exit code 2."""


class NotAvailable(InputError):  # noqa: N818 - what it says, not that it is an error, is the point
    """Data that is not here and could not be fetched. Its message says what to put where."""
