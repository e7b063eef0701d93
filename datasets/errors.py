"""The one exception for what the user can put right."""


class InputError(Exception):
    """Wrong usage or unusable input. Its message is one clear sentence that says what to do; exit code 2."""
