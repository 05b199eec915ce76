"""Django's door for mail (EMAIL_BACKEND): what libraries send, such as the recovery of a password, joins our queue."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from guanxi.platform.access.models import User
from guanxi.platform.messages.choices import MailKind
from guanxi.platform.messages.mail.outbox import queue

HTML = "text/html"


class QueueBackend(BaseEmailBackend):
    """Writes only to addresses of active accounts, one mail each and to the address as the account holds it: what a
    visitor types into a form is never an address to write to."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return sum(self._queue(message) for message in email_messages)

    def _queue(self, message: EmailMessage) -> int:
        message.message()  # refuses line breaks in headers
        html = next((one[0] for one in getattr(message, "alternatives", ()) if one[1] == HTML), "")
        taken = 0
        for address in dict.fromkeys(message.recipients()):
            user = User.objects.filter(email__iexact=address, is_active=True).exclude(email="").order_by("pk").first()
            if user is not None and queue(
                user, MailKind.ACCOUNT, subject=str(message.subject), text=str(message.body), html=str(html)
            ):
                taken += 1
        return taken
