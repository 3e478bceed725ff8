"""An issue as mail: text and HTML parts, by SMTP with TLS.

Mail is delivered at least once: when the program is killed between the server's answer and its own note, the same mail
goes out again under the same ``Message-ID`` (RFC 5322), by which many mail programs show it once.
"""

from __future__ import annotations

import hashlib
import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from typing import ClassVar

from cleaners.config import MailTarget
from cleaners.config.watches import address_of
from cleaners.watches.issues import IssueContents
from crawler.notify.channel import DeliveryError, PartlyRefusedError
from crawler.notify.document import html_document, markdown_document

_TIMEOUT = 30  # seconds for each answer of the server


class Mail:
    """Mail to some people."""

    is_feed: ClassVar[bool] = False

    def __init__(self, target: MailTarget, *, password: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        """``tls``: which certificates are believed; None: those that the system believes."""
        self._target = target
        self._password = password
        self._tls = tls or ssl.create_default_context()

    def deliver(self, contents: IssueContents) -> None:
        """Send one mail. Raises DeliveryError where the server does not take it for any of the addresses."""
        target = self._target
        place = f"mail by {target.server}:{target.port}"
        try:
            with self._server() as server:
                if target.user is not None and self._password is not None:
                    server.login(target.user, self._password)
                refused = server.send_message(message(contents, target))
        except (smtplib.SMTPException, OSError) as why:
            raise DeliveryError(f"{place}: {_told(why, target)}") from None
        if refused:  # to send it again would tell the others twice
            raise PartlyRefusedError(f"{place}: it takes no mail for {', '.join(refused)}: mend or remove the address")

    def _server(self) -> smtplib.SMTP:
        host, port = self._target.server, self._target.port
        if self._target.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT, context=self._tls)
        server = smtplib.SMTP(host, port, timeout=_TIMEOUT)
        if self._target.security == "starttls":
            try:
                server.starttls(context=self._tls)
            except BaseException:
                server.close()
                raise
        return server


def _told(why: smtplib.SMTPException | OSError, target: MailTarget) -> str:
    """What went wrong, and what to do about it."""
    match why:
        case smtplib.SMTPAuthenticationError():
            return f"it takes no such user or password ({_said(why)}): check `user:` and {target.password_env}"
        case smtplib.SMTPNotSupportedError() if target.security == "starttls":
            return "it does not offer STARTTLS: `security: tls`, mostly with port 465"
        case smtplib.SMTPNotSupportedError():
            return f"{_said(why)}: without `user:` and `password_env:` it may take mail"
        case smtplib.SMTPSenderRefused():
            return f"it takes no mail from {target.sender} ({_said(why)}): check `from:`"
        case smtplib.SMTPRecipientsRefused():
            answers = (
                f"{to}: {code} {answer.decode('utf-8', 'replace')}" for to, (code, answer) in why.recipients.items()
            )
            return f"it takes no mail for {'; '.join(answers)[:200]}: check `to:`"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not believed ({why.verify_message}): `server:` must be the name it is made for"
        case ssl.SSLError():
            return "it does not speak TLS from the first byte on this port: `security: starttls`, mostly with port 587"
        case socket.gaierror():
            return "there is no server of this name: check `server:` and the network"
        case ConnectionRefusedError():
            return "nothing listens there: check `server:` and `port:`"
        case TimeoutError():
            return (
                f"no answer for {_TIMEOUT} s: check `port:` and `security:`, and whether the network lets mail through"
            )
        case smtplib.SMTPServerDisconnected():
            return "it hung up: check `port:` and `security:`"
    return f"{type(why).__name__}: {_said(why)}"


def _said(why: Exception) -> str:
    """The words of the server, or of the system, in one line."""
    said = why.smtp_error if isinstance(why, smtplib.SMTPResponseException) else str(why)
    return " ".join((said.decode("utf-8", "replace") if isinstance(said, bytes) else said).split())[:200]


def message(contents: IssueContents, target: MailTarget) -> EmailMessage:
    """The mail; the same for an issue whenever it is made."""
    mail = EmailMessage()
    first = contents.entries[0].title
    more = f" (+{len(contents.entries) - 1})" if len(contents.entries) > 1 else ""
    mail["Subject"] = " ".join(f"{contents.title}: {first[:80]}{more}".split())
    mail["From"] = target.sender
    mail["To"] = ", ".join(target.to)
    mail["Date"] = format_datetime(contents.at)
    to = hashlib.blake2b(f"{contents.key} {target.to}".encode(), digest_size=12).hexdigest()
    mail["Message-ID"] = f"<{to}@{address_of(target.sender).rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answer of a machine is wanted
    mail.set_content(markdown_document(contents))
    mail.add_alternative(html_document(contents).decode(), subtype="html")
    return mail
