"""What can be wrong with an expression, told to the person who wrote it."""

from django.utils.translation import gettext as _


class ExpressionError(ValueError):
    """The text cannot be used. ``message`` says why and what to do, ``at`` and ``to`` bound the part of the text that it
    is about (characters from 0)."""

    def __init__(self, message: str, at: int = 0, to: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.to = at + 1 if to is None else to


class TooMuch(Exception):
    """An evaluation would take more room or time than any expression may."""

    def __init__(self) -> None:
        super().__init__(_("The expression does too much work. Make it simpler, or use shorter lists and texts."))
