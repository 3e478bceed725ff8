"""Who may come into the reading room, and what may write."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cleaners.errors import UsageError
from crawler.web.access import AccessPolicy
from crawler.web.application import application
from crawler.web.server import RoomSettings, open_room
from crawler.web.tokens import tokens_of
from tests.reading_room import HOST, ReadingRoom, reading_room


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> ReadingRoom:
    return reading_room(tmp_path_factory.mktemp("room"))


@pytest.fixture(scope="module")
def far(room: ReadingRoom) -> TestClient:
    """The same room, listening beyond loopback."""
    state = room.client.app.state.room  # type: ignore[attr-defined]
    policy = AccessPolicy(tokens=state.tokens, names=frozenset({"news.example"}), is_open=False)
    return TestClient(application(state, policy), base_url="http://news.example:8642", follow_redirects=False)


@pytest.mark.parametrize("host", ["127.0.0.1:8642", "localhost", "[::1]:8642", "127.8.8.8:1"])
def test_this_machine_is_let_in(room: ReadingRoom, host: str) -> None:
    assert room.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1:8642", "", "localhost.evil:8642", "[bad"]
)
def test_a_name_that_was_bound_anew_is_not(room: ReadingRoom, host: str) -> None:
    answer = room.get("/", headers={"Host": host})
    assert answer.status_code == 421
    assert "自动闸" not in answer.text


def test_every_answer_forbids_scripts_frames_and_foreign_addresses(room: ReadingRoom) -> None:
    for path in ("/", "/nowhere", "/static/room.css", "/?since=x"):
        headers = room.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("headers", "status"), [
    ({"Origin": HOST}, 400), ({"Sec-Fetch-Site": "same-origin"}, 400),
    ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 403), ({"Origin": "null"}, 403),
    ({"Origin": HOST, "Sec-Fetch-Site": "same-site"}, 403), ({"Origin": "http://127.0.0.1:9999"}, 403), ({}, 403),
])  # fmt: skip
def test_only_pages_of_the_room_write(room: ReadingRoom, headers: dict[str, str], status: int) -> None:
    """Without a confirmation: 400 is who came as far as that."""
    client = TestClient(room.client.app, base_url=HOST)
    answer = client.post(f"/article/{room.ids['alone']}/takedown", data={"token": room.form_token}, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize("token", ["", "0" * 40])
def test_a_form_needs_its_token(room: ReadingRoom, token: str) -> None:
    form = {"token": token, "reason": "x", "confirmed": "yes"}
    for page in ("takedown", "cleaning"):
        assert room.client.post(f"/article/{room.ids['alone']}/{page}", data=form).status_code == 403
    assert room.get(f"/cluster/{room.ids['alone']}").status_code == 200


def test_a_program_writes_with_the_token(room: ReadingRoom) -> None:
    client = TestClient(room.client.app, base_url=HOST)
    headers = {"Authorization": f"Bearer {room.token}"}
    assert client.post(f"/article/{room.ids['alone']}/takedown", headers=headers, data={}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/health", "/static/room.css", "/nowhere"])
def test_beyond_loopback_everything_needs_the_token(far: TestClient, room: ReadingRoom, path: str) -> None:
    assert far.get(path).status_code == 401
    assert far.get(f"{path}?token=no").status_code == 401
    assert far.get(path, headers={"Authorization": f"Bearer {room.token}"}).status_code != 401


def test_the_token_of_an_address_is_kept_and_leaves_the_address(far: TestClient, room: ReadingRoom) -> None:
    answer = far.get(f"/?q=x&token={room.token}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/?q=x"
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert far.get("/").status_code == 200
    far.cookies.clear()


@pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "/\\evil.example", "x"])
def test_choosing_a_language_leads_nowhere_else(room: ReadingRoom, back: str) -> None:
    answer = room.get("/language/zh", params={"back": back}, follow_redirects=False)
    assert answer.headers["location"] == "/"
    room.client.cookies.clear()


@pytest.mark.parametrize(
    "path", ["/static/../application.py", "/static/%2e%2e/application.py", "/static/..%2f..%2f..%2fpyproject.toml"]
)
def test_no_file_of_the_machine_is_reached(room: ReadingRoom, path: str) -> None:
    assert room.get(path).status_code == 404


def test_the_secret_is_for_its_owner_alone_and_stays(room: ReadingRoom) -> None:
    file = room.store.with_suffix(".web-token")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    tokens = tokens_of(room.store)
    assert tokens.access == room.token
    assert len({tokens.access, tokens.form, tokens.proposal}) == 3


def test_too_much_at_once_is_refused(room: ReadingRoom) -> None:
    answer = room.client.post(
        f"/article/{room.ids['alone']}/takedown", headers={"Content-Length": str(10**9)}, content=b""
    )
    assert answer.status_code == 413


def test_a_port_that_is_taken_is_passed_over(room: ReadingRoom) -> None:
    first = open_room(RoomSettings(store=room.store, port=0))
    port = first.listener.getsockname()[1]
    second = open_room(RoomSettings(store=room.store, port=port))
    assert port < second.listener.getsockname()[1] < port + 20
    assert second.address.startswith("http://127.0.0.1:")
    first.listener.close()
    second.listener.close()


def test_an_address_of_another_machine_is_refused_with_the_cure(room: ReadingRoom) -> None:
    with pytest.raises(UsageError, match=r"--listen 127\.0\.0\.1"):
        open_room(RoomSettings(store=room.store, listen="203.0.113.1", port=0))


def test_beyond_loopback_the_printed_address_has_the_token(room: ReadingRoom) -> None:
    opened = open_room(RoomSettings(store=room.store, listen="0.0.0.0", port=0, names=("news.example",)))
    opened.listener.close()
    assert opened.address.startswith("http://news.example:")
    assert opened.address.endswith(f"/?token={room.token}")


def test_without_a_store_the_cure_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="jianbao clean"):
        open_room(RoomSettings(store=tmp_path / "none.db", port=0))
    assert list(tmp_path.iterdir()) == []
