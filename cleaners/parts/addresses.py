"""Which addresses are pages of one document: ``a.html`` and ``a_2.html``, ``show?id=8`` and ``show?id=8&page=2``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urldefrag, urlsplit

_MOST = 300  # a number beyond is that of an article
_QUERY = re.compile(
    r"^(?:page|pages?_?(?:no|num|number|index|id)?|p|pn|pg|pno|cur_?page|current_?page|paged|cpage|pp)$"
)
_SUFFIX = re.compile(r"(?P<sign>[_-]p(?:age)?[_-]?|[_-]|/p(?:age)?[_/-]?|/)(?P<number>0|[1-9]\d{0,2})$", re.IGNORECASE)
_ENDING = re.compile(r"\.(\w{2,5})$")
_INDEX = re.compile(r"/(?:index|default)$", re.IGNORECASE)
_ARTICLE_FOLDER = re.compile(r"\d{3}[^/]*$")
_WHOLE = re.compile(r"^[_/-]?(?:all|full|whole|quan(?:wen)?|single|onepage|0)$", re.IGNORECASE)

# Glances at the bytes of a page: each begins with few signs, so that it costs little.
_PAGE_PARAMETER = rb"(?:[Pp]ages?_?[A-Za-z]{0,8}|[Pp][NnGgPp]?|[Pp]no|[Cc]ur(?:rent)?_?[Pp]age|[Cc]page)=\d{1,3}(?!\d)"
_IN_QUERY = re.compile(rb"\?" + _PAGE_PARAMETER), re.compile(rb"&(?:amp;)?" + _PAGE_PARAMETER)
_IN_SCRIPT = re.compile(rb"_[\"']\s{0,9}\+[\w() +-]{1,40}\+\s{0,9}[\"']\.")
_IN_FOLDER = re.compile(rb"=[\"']?(?:\./)?(?:(?:p(?:age)?[_/-]?)?\d{1,3}/?[\"' >]|(?:index|default)_\d)")

_ORIGINS = "http://saved.invalid/"  # RFC 2606: no such host


@dataclass(frozen=True, slots=True, kw_only=True)
class PartNumbers:
    """The numbers in the addresses of two pages of one document, as they are written there."""

    own: int | None
    """That of the one; None: it has none, as first pages have."""
    other: int | None
    """That of the other."""
    is_sure: bool = True
    """Whether they cannot be those of articles: in ``content_17.htm`` they can, not in ``a9_2.htm``, ``?page=2``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    base: str
    sign: str
    number: int | None


def part_numbers(own: str, other: str) -> PartNumbers | None:
    """The numbers of two pages of one document; None where the addresses are not those of two such pages.

    Same host, and nothing differs but a short number behind the name of the file (``_2``, ``-2``, ``_p2``, ``/2``) or
    in a parameter that is called page, p, pn or the like.

    >>> part_numbers("http://a.example/x/8.html", "http://a.example/x/8_2.html")
    PartNumbers(own=None, other=2, is_sure=True)
    >>> part_numbers("http://a.example/show?id=8&page=3", "http://a.example/show?page=2&id=8")
    PartNumbers(own=3, other=2, is_sure=True)
    >>> part_numbers("http://a.example/x/8.html", "http://a.example/x/9.html") is None
    True
    """
    try:
        one, two = urlsplit(own), urlsplit(other)
    except ValueError:
        return None
    if one.netloc.lower() != two.netloc.lower():
        return None
    (page, rest), (other_page, other_rest) = _query(one.query), _query(two.query)
    if rest != other_rest:
        return None
    if one.path == two.path:
        if page == other_page or (page and other_page and page[0] != other_page[0]):
            return None
        return PartNumbers(own=page[1] if page else None, other=other_page[1] if other_page else None)
    if page or other_page:
        return None
    for form in _forms(one.path, two.path):
        for further in _forms(two.path, one.path):
            if form.base.strip("/") and form.base == further.base and form.number != further.number:
                if form.sign and further.sign and (form.sign != further.sign or not _is_named(form)):
                    continue
                sure = any(map(str.isdigit, form.base.rpartition("/")[2]))
                return PartNumbers(own=form.number, other=further.number, is_sure=sure)
    return None


def _is_named(form: _Form) -> bool:
    """Whether a number stands behind the name of an article: in ``x/7.html`` it is one, in ``x/20261/7.html`` not."""
    return form.sign != "/" or bool(_ARTICLE_FOLDER.search(form.base))


def may_name_parts(body: bytes, url: str) -> bool:
    """Whether a page may name others of its document, by a glance at its bytes: most do not, and need not be parsed
    for that."""
    parts = urlsplit(url)
    if any(form.sign and _is_named(form) for form in _forms(parts.path, "")) or _query(parts.query)[0]:
        return True  # a later page itself
    name = _stem(parts.path).rpartition("/")[2]
    if re.search(re.escape(name.encode()) + rb"(?:[_-]p?(?:age)?[_-]?|/(?:p(?:age)?[_/-]?)?)\d", body):
        return True
    in_folder = not _ENDING.search(parts.path) or _INDEX.search(_stem(parts.path))
    return bool(
        b"createPage" in body
        or any(form.search(body) for form in _IN_QUERY)
        or _IN_SCRIPT.search(body)
        or (in_folder and _IN_FOLDER.search(body))
    )


def is_whole_of(whole: str, own: str) -> bool:
    """Whether an address may be that of all pages of a document on one: another query, or ``_all`` behind its name."""
    try:
        one, two = urlsplit(own), urlsplit(whole)
    except ValueError:
        return False
    if one.netloc.lower() != two.netloc.lower() or urldefrag(own).url == urldefrag(whole).url:
        return False
    if one.path == two.path:
        return bool(two.query) and _query(two.query)[0] is None
    stem = _stem(two.path)
    return any(form.base and _WHOLE.match(stem[len(form.base) :]) for form in _forms(one.path, "")
               if stem.startswith(form.base))  # fmt: skip


def _query(query: str) -> tuple[tuple[str, int] | None, list[tuple[str, str]]]:
    """The parameter that says which page, and all others, sorted."""
    page, rest = None, []
    for name, value in parse_qsl(query, keep_blank_values=True):
        if page is None and value.isascii() and value.isdigit() and len(value) <= 3 and _QUERY.match(name.lower()):
            page = name, int(value)
        else:
            rest.append((name, value))
    return page, sorted(rest)


def _forms(path: str, other: str) -> list[_Form]:
    """How a path may be read: as a whole, and as a name with a number behind it."""
    endings = [_ENDING.search(one) for one in (path, other)]
    if all(endings) and len({ending[1].lower() for ending in endings if ending}) > 1:
        return []
    stem = _stem(path)
    forms = [_Form(base=_INDEX.sub("", stem), sign="", number=None)]
    if (found := _SUFFIX.search(stem)) and int(found["number"]) <= _MOST:
        base = _INDEX.sub("", stem[: found.start()])
        forms.append(_Form(base=base, sign=found["sign"].lower(), number=int(found["number"])))
    return forms


def _stem(path: str) -> str:
    return _ENDING.sub("", path).rstrip("/")


# ---- pages without an address --------------------------------------------------------------------------------------


def address_of(url: str | None, origin: str) -> str:
    """What a page is called among others: its address without fragment; without one, a place made of its origin, so
    that relative links lead from file to file.

    >>> address_of(None, "saved.zip#a/1.html")
    'http://saved.invalid/saved.zip/a/1.html'
    """
    if url:
        return urldefrag(url).url
    # The name of a file may be of other bytes than UTF-8.
    return _ORIGINS + quote(origin.lstrip("/").replace("#", "/"), errors="surrogateescape")


def told_address(address: str) -> str:
    """The same in words for a record: what was made of an origin as the path that it was.

    >>> told_address("http://saved.invalid/saved.zip/a/1.html")
    'saved.zip/a/1.html'
    """
    return unquote(address.removeprefix(_ORIGINS)) if address.startswith(_ORIGINS) else address
