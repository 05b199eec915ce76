"""Why a document cannot be made."""


class WrongTemplate(ValueError):
    """The template cannot be used; the message says why and what to do, in the reader's language."""


class NoOffice(RuntimeError):
    """There is no program on this server that turns Word files into PDF, or it failed; the message is for the reader."""
