"""Why a text names no reference data; the message tells its writer what to do."""

from collections.abc import Sequence

from django.utils.translation import gettext as _


class ReferenceProblem(ValueError):
    """Base of the three below; `text` is what was asked for, `candidates` what it could have meant."""

    def __init__(self, text: str, candidates: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.candidates = tuple(candidates)


class UnknownReference(ReferenceProblem):
    """Nothing has this code or name."""

    def __str__(self) -> str:
        return _("“%(text)s” is not known. Check the spelling or use the code.") % {"text": self.text}


class AmbiguousReference(ReferenceProblem):
    """Several have this name."""

    SHOWN = 6

    def __str__(self) -> str:
        shown = _(", ").join(self.candidates[: self.SHOWN])
        if len(self.candidates) > self.SHOWN:
            return _("“%(text)s” may be %(shown)s and others. Write the full name or the code.") % {
                "text": self.text,
                "shown": shown,
            }
        return _("“%(text)s” may be any of: %(shown)s. Write the full name or the code.") % {
            "text": self.text,
            "shown": shown,
        }


class RetiredReference(ReferenceProblem):
    """It was there once, and nothing single took its place."""

    def __init__(self, text: str, year: int | None = None, candidates: Sequence[str] = ()) -> None:
        super().__init__(text, candidates)
        self.year = year

    def __str__(self) -> str:
        if self.year:
            return _("“%(text)s” was abolished in %(year)d. Choose what is in its place today.") % {
                "text": self.text,
                "year": self.year,
            }
        return _("“%(text)s” is no longer in use. Choose another one.") % {"text": self.text}
