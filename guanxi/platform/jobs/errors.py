"""What can end a job, or the taking of one."""

from typing import Any

from django.utils.functional import Promise

from guanxi.platform.jobs.sentences import Sentence, render, sentence


class JobError(Exception):
    """Raised by a job for a failure its owner can understand and act upon; it is not tried again.

    ``template`` is an English msgid that says what to do next, ``values`` fill its placeholders.
    """

    def __init__(self, template: str | Promise, /, *, code: str = "refused", **values: Any) -> None:
        self.code = code
        self.sentence: Sentence = sentence(template, **values)
        super().__init__(template)

    def __str__(self) -> str:
        return render(self.sentence)


class JobStateError(JobError):
    """The job is not in a state in which this can be done."""


class UnknownJob(LookupError):
    """No function is declared for this kind."""


class JobStop(BaseException):
    """Ends a job between two chunks. Not an ``Exception``: a job that catches those per row must not swallow it."""


class LeaseLost(JobStop):
    """Another worker owns the job now; what this one did since its last checkpoint is rolled back."""


class Released(JobStop):
    """The worker is stopping; the job goes back to the queue and continues from its cursor elsewhere."""
