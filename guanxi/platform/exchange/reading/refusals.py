"""Why a file is not read: a code with named values, turned into a sentence only where a user reads it."""

from __future__ import annotations


class Refusal(Exception):
    """The file cannot be read. `code` names the reason, `params` its values; `message` tells what to do about it.

    Codes are listed with their sentences in `texts.py`.
    """

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    @property
    def message(self) -> str:
        """What is wrong and what to do next, in the active language."""
        # The texts need Django; the subprocess that only names a code must not pay for loading it.
        from .texts import refusal_text

        return refusal_text(self)

    def __str__(self) -> str:
        values = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code}({values})"


class Cancelled(Exception):
    """The caller asked to stop; nothing is wrong with the file."""
