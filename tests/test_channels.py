"""Channels against servers on loopback that take, refuse, fail, hang: nothing is lost, and nothing twice by its key."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from cleaners.config import MailTarget
from cleaners.errors import UsageError
from cleaners.watches.issues import IssueContents, IssueEntry
from crawler.notify import webhook
from crawler.notify.channel import ChannelPlugin, DeliveryError, PartlyRefusedError, plugin_named
from crawler.notify.mail import Mail
from crawler.notify.webhook import Webhook, signature
from tests.certificates import self_signed
from tests.test_ingester import article, story
from tests.test_watches import keep, notices, run, watches

AT = datetime(2026, 12, 1, 18, 0, tzinfo=UTC)


def contents(*titles: str) -> IssueContents:
    return IssueContents(
        watch="all", title="棉花", number=3, at=AT, language="zh-CN", key="all/3",
        entries=tuple(
            IssueEntry(id=f"all/{n}", kind="story", at=AT, title=title, line="5 copies, first 昆玉日报 09:50")
            for n, title in enumerate(titles)
        ),
    )  # fmt: skip


class Receiver(ThreadingHTTPServer):
    """Answers what it is told to, then 200; keeps what it was sent."""

    daemon_threads = True

    def __init__(self, *answers: int | float | tuple[int, dict[str, str]]) -> None:
        self.answers = list(answers)
        self.got: list[tuple[dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}/hook"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        answer = self.server.answers.pop(0) if self.server.answers else 200
        if isinstance(answer, float):  # hang for so many seconds
            time.sleep(answer)
            return
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def receiving(*answers: int | float | tuple[int, dict[str, str]]) -> Iterator[Receiver]:
    with Receiver(*answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_webhook_is_signed_and_has_the_key_of_its_entry() -> None:
    with receiving() as server:
        Webhook(server.url, secret="geheim").deliver(contents("一", "二"))
    assert [headers["Idempotency-Key"] for headers, _ in server.got] == ["all/0", "all/1"]
    headers, body = server.got[0]
    assert headers["X-Jianbao-Signature"] == signature("geheim", headers["X-Jianbao-Timestamp"], body)
    assert headers["X-Jianbao-Signature"] != signature("else", headers["X-Jianbao-Timestamp"], body)
    told = json.loads(body)
    assert (told["id"], told["watch"], told["kind"], told["headline"]) == ("all/0", "all", "story", "一")


def test_a_webhook_that_fails_for_a_while_gets_it_again_with_the_same_key() -> None:
    answers = (500, (429, {"Retry-After": "0"}), (503, {"Retry-After": "99999"}), 0.3)
    with receiving(*answers) as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(webhook, "_LONGEST_PAUSE", 0.05)
        began = time.monotonic()
        Webhook(server.url, timeout=0.2, pause=0.001).deliver(contents("一"))
        assert time.monotonic() - began < 10, "a pause has no bound"
    assert [headers["Idempotency-Key"] for headers, _ in server.got] == ["all/0"] * 5
    assert len({body for _, body in server.got}) == 1


@pytest.mark.parametrize(
    ("answers", "why"),
    [((500,) * 9, "answers 500"), ((404,), "answers 404"), (((302, {"Location": "/else"}),), "answers 302"),
     ((0.3, 0.3, 0.3), "is it running")],
)  # fmt: skip
def test_a_webhook_that_does_not_take_it_is_an_error_without_its_address(answers: Any, why: str) -> None:
    with receiving(*answers) as server, pytest.raises(DeliveryError, match=why) as wrong:
        Webhook(server.url, attempts=3, timeout=0.1, pause=0.001).deliver(contents("一"))
    assert "/hook" not in str(wrong.value)
    assert len(server.got) <= 3


def test_what_a_channel_did_not_take_is_delivered_later_and_the_others_do_not_wait(tmp_path: Path) -> None:
    store = tmp_path / "news.db"
    keep(store, article("a1", story(1)))
    with receiving(404, 404) as server:
        file = watches(tmp_path, (
            f"watches:\n  - id: all\n    channels: [{{webhook: {{url: '{server.url}'}}}}, {{document: '{{issue}}.md'}}]\n"))  # fmt: skip
        first = run(file, store)
        assert [bool(one.failure) for one in first] == [True, False]
        assert len(list(tmp_path.glob("*.md"))) == 1
        keep(store, article("b1", story(2)))
        assert [bool(one.failure) for one in run(file, store)] == [True, False]
        assert [bool(one.failure) for one in run(file, store)] == [False]
        assert run(file, store) == []
    taken = [json.loads(body)["headline"] for _, body in server.got][2:]
    assert taken == ["题目a1", "题目b1"], "in order, each once"
    assert len(notices(store)) == 2


class Mailbox:
    """Keeps mail; refuses what is for refused@."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address.startswith("refused@"):
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=default))  # type: ignore[arg-type]
        return "250 OK"


def accept(server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"jianbao", b"geheim"), handled=False)


@contextmanager
def mail_server(folder: Path, *, security: str) -> Iterator[tuple[Mailbox, int, ssl.SSLContext]]:
    box, context = Mailbox(), self_signed(folder)
    trusted = ssl.create_default_context(cafile=str(folder / "server.pem"))
    given: dict[str, Any] = {"authenticator": accept, "auth_require_tls": security != "none"}
    if security == "starttls":
        given |= {"tls_context": context, "require_starttls": True}
    elif security == "tls":
        given |= {"ssl_context": context, "auth_require_tls": False}
    server = Controller(box, hostname="127.0.0.1", port=0, **given)
    server.port = _free_port()
    server.start()
    try:
        yield box, server.port, trusted
    finally:
        server.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def target(port: int, security: str = "tls", **more: Any) -> MailTarget:
    given = {"to": ["you@your.example"], "from": "jianbao@your.example", "server": "127.0.0.1", "port": port,
             "security": security, **more}  # fmt: skip
    return MailTarget.model_validate(given)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mail_comes_by_tls_as_text_and_html(tmp_path: Path, security: str) -> None:
    with mail_server(tmp_path, security=security) as (box, port, tls):
        sender = Mail(target(port, security, user="jianbao", password_env="X"), password="geheim", tls=tls)
        sender.deliver(contents("喀什棉花\r\nBcc: all@your.example", "二"))
        sender.deliver(contents("喀什棉花\r\nBcc: all@your.example", "二"))
    first, again = box.mails
    assert first["Subject"] == "棉花: 喀什棉花 Bcc: all@your.example (+1)"
    assert first["Bcc"] is None
    assert first["Message-ID"] == again["Message-ID"], "the same issue is the same mail"
    parts = {part.get_content_type(): part.get_content() for part in first.walk() if not part.is_multipart()}
    assert set(parts) == {"text/plain", "text/html"}
    assert all("5 copies, first 昆玉日报 09:50" in text for text in parts.values())


def test_mail_that_is_not_taken_is_an_error_and_one_that_some_get_is_not_sent_again(tmp_path: Path) -> None:
    with mail_server(tmp_path, security="tls") as (box, port, tls):
        wrong = target(port, user="jianbao", password_env="SECRET_OF_MAIL")
        with pytest.raises(DeliveryError, match=r"no such user or password.*check `user:` and SECRET_OF_MAIL"):
            Mail(wrong, password="wrong", tls=tls).deliver(contents("一"))
        with pytest.raises(DeliveryError, match=r"certificate is not believed.*`server:`"):
            Mail(target(port)).deliver(contents("一"))  # nobody vouches for this server
        with pytest.raises(DeliveryError, match="refused@"):
            Mail(target(port, to=["refused@your.example"]), tls=tls).deliver(contents("一"))
        assert not box.mails
        some = target(port, to=["refused@your.example", "you@your.example"])
        with pytest.raises(PartlyRefusedError, match="no mail for refused@"):
            Mail(some, tls=tls).deliver(contents("一"))
        assert len(box.mails) == 1


def test_names_in_chinese_and_long_headlines_arrive_as_they_were(tmp_path: Path) -> None:
    title = "阿克苏苹果迎来采收季，今年糖心比例比去年高出一成，果农说雨水正好" * 2
    with mail_server(tmp_path, security="none") as (box, port, _):
        named = {"from": "剪报·棉花组 <jianbao@your.example>", "to": ["王 一 <you@your.example>", "b@your.example"]}
        Mail(target(port, "none", **named)).deliver(contents(title))
    (mail,) = box.mails
    assert mail["Subject"] == f"棉花: {title[:80]}"
    assert [(one.display_name, one.addr_spec) for one in mail["To"].addresses] == [
        ("王 一", "you@your.example"), ("", "b@your.example"),
    ]  # fmt: skip
    assert mail["From"].addresses[0].display_name == "剪报·棉花组"
    assert mail["Message-ID"].endswith("@your.example>")


def test_a_server_that_is_away_or_speaks_otherwise_is_told_with_the_cure(tmp_path: Path) -> None:
    def told(mail: Mail) -> str:
        with pytest.raises(DeliveryError) as why:
            mail.deliver(contents("一"))
        return str(why.value)

    with mail_server(tmp_path, security="none") as (_, port, tls):
        assert "`security: starttls`" in told(Mail(target(port), tls=tls))
        assert "does not offer STARTTLS: `security: tls`" in told(Mail(target(port, "starttls"), tls=tls))
    assert "nothing listens there: check `server:` and `port:`" in told(Mail(target(port)))
    assert "no server of this name" in told(Mail(target(25, server="mail.invalid")))


def test_apprise_sends_what_its_service_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    apprise_service = pytest.importorskip("crawler.notify.apprise_service")
    with receiving(200, 200, 500) as server:
        service = apprise_service.AppriseService(f"json://127.0.0.1:{server.server_port}/", variable="ALARM")
        service.deliver(contents(*(f"第{n}条" for n in range(25))))
        told = [json.loads(body) for _, body in server.got]
        assert [one["title"] for one in told] == ["棉花", "棉花"]
        assert "第0条" in told[0]["message"]
        assert "第24条" in told[1]["message"]
        with pytest.raises(DeliveryError, match="the service of ALARM"):
            service.deliver(contents("一"))
    with pytest.raises(UsageError, match="ALARM holds no address that Apprise knows"):
        apprise_service.AppriseService("nothing://", variable="ALARM")


def test_a_secret_that_is_not_set_is_named_and_the_others_are_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JIANBAO_TEST_HOOK", raising=False)
    keep(tmp_path / "news.db", article("a1", story(1)))
    file = watches(
        tmp_path, "watches:\n  - id: all\n    channels: [{webhook: {url_env: JIANBAO_TEST_HOOK}}, {rss: a.xml}]\n"
    )
    missing, feed = run(file, tmp_path / "news.db")
    assert missing.failure.startswith("the environment variable JIANBAO_TEST_HOOK is not set")
    assert feed.told == 1


def test_a_channel_of_another_package(monkeypatch: pytest.MonkeyPatch) -> None:
    class Point:
        name, value, dist = "pager", "my_package:CHANNEL", None

        def load(self) -> ChannelPlugin:
            return ChannelPlugin(name="pager", make=lambda options: Webhook(options["url"]))

    monkeypatch.setattr("cleaners.plugins.entry_points", lambda group: [Point()] if group == "jianbao.channels" else [])
    with receiving() as server:
        plugin_named("pager").make({"url": server.url}).deliver(contents("一"))
    assert len(server.got) == 1
    with pytest.raises(UsageError, match=r"no channel 'else'.*: there are: pager"):
        plugin_named("else")
