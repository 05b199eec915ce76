"""One conversation with the mail server: what it takes, what it puts off, what it refuses for good."""

import smtplib
from email.message import EmailMessage
from email.policy import SMTP
from types import TracebackType
from typing import Any, Self

from guanxi.platform.messages.mail.conf import NONE, TLS, MailSettings, site_host
from guanxi.platform.messages.models import Mail

TEXT_LENGTH = 300
CLOSING = 421


class MailFailure(Exception):
    """Why a mail did not leave; the text is for administrators."""

    def __init__(self, text: object) -> None:
        super().__init__(str(text)[:TEXT_LENGTH].replace("\0", ""))


class ServerAway(MailFailure):
    """The server cannot be reached, trusted or signed in to: no mail will leave for now."""


class PutOff(MailFailure):
    """The server asks to try this mail again later (4xx)."""


class Refused(MailFailure):
    """The server will never take this mail (5xx)."""


class Transport:
    """Connects with the first mail and keeps the connection for those that follow. Use it in a ``with`` block."""

    def __init__(self, conf: MailSettings) -> None:
        self._conf = conf
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, message: EmailMessage, address: str) -> None:
        """Raises ServerAway, PutOff or Refused. A connection lost at the very end leaves open whether the mail was taken."""
        try:
            server = self._connected()
            server.send_message(message, from_addr=self._conf.from_address, to_addrs=[address])
        except smtplib.SMTPRecipientsRefused as refusal:
            code, text = next(iter(refusal.recipients.values()))
            self._close()
            raise _judged(code, text) from refusal
        except smtplib.SMTPAuthenticationError as refusal:
            self._close()
            raise ServerAway(_readable(refusal.smtp_code, refusal.smtp_error)) from refusal
        except (smtplib.SMTPConnectError, smtplib.SMTPHeloError) as refusal:
            self._close()
            raise ServerAway(_readable(refusal.smtp_code, refusal.smtp_error)) from refusal
        except smtplib.SMTPResponseException as refusal:
            self._close()
            raise _judged(refusal.smtp_code, refusal.smtp_error) from refusal
        except (smtplib.SMTPException, OSError) as problem:
            self._close()
            raise ServerAway(problem or type(problem).__name__) from problem

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            self._server = self._connect()
        return self._server

    def _connect(self) -> smtplib.SMTP:
        conf = self._conf
        where: dict[str, Any] = {
            "host": conf.host,
            "port": conf.server_port,
            "timeout": conf.timeout,
            "local_hostname": site_host(),
        }
        if conf.security == TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(**where, context=conf.tls())
        else:
            server = smtplib.SMTP(**where)
        try:
            if conf.security not in (TLS, NONE):
                server.starttls(context=conf.tls())  # a server that does not offer it is refused: never in the clear
            if conf.user:
                server.login(conf.user, conf.password)
        except BaseException:
            server.close()
            raise
        return server

    def _close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()


def message_of(mail: Mail, conf: MailSettings) -> EmailMessage:
    """The mail as it goes over the wire. The same row always has the same Message-ID: a server or reader that gets it
    twice can tell. Line breaks in a header raise ValueError."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = mail.subject
    message["From"] = conf.from_address
    message["To"] = mail.address
    message["Date"] = mail.created_at
    message["Message-ID"] = message_id(mail)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    message["Content-Language"] = mail.language
    return message


def message_id(mail: Mail) -> str:
    return f"<{mail.uid}@{site_host()}>"


def _judged(code: int, text: bytes | str) -> MailFailure:
    if code == CLOSING:
        return ServerAway(_readable(code, text))
    return Refused(_readable(code, text)) if code >= 500 else PutOff(_readable(code, text))


def _readable(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
