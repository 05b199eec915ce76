"""Why a call did not go out, or brought nothing. The texts are ours: nothing of what the other side said is in them."""


class OutboundError(Exception):
    """``code`` names the reason; it is what is counted."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        super().__init__(text)


class NotAllowed(OutboundError):
    """Refused here, before anything was sent."""


class Unreachable(OutboundError):
    """The other side did not answer, not in time, or not in a way that we take."""
