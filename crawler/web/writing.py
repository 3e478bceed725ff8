"""What every form that writes is asked first."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from crawler.web.access import Sender
from crawler.web.rendering import room_of
from crawler.web.tokens import same


def may_write(request: Request, form: Mapping[str, object]) -> bool:
    """Whether this comes from a page of the room that is not older than its token, or from a program that has one."""
    sender: Sender = request.state.sender
    return sender == "program" or (sender == "page" and same(str(form.get("token", "")), room_of(request).tokens.form))
