"""One SQLite file, opened, recognised, migrated; every failure told in words that name the cure."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

from cleaners.errors import DamagedError, FormatError, NotAStoreError, StoreBusyError, UnwritableError, UsageError
from cleaners.store.codec import encoded
from cleaners.store.network_file_systems import network_type
from cleaners.store.schema import APPLICATION_ID, MIGRATIONS

Row = tuple[Any, ...]
Parameters = Sequence[Any] | Mapping[str, Any]
_MAGIC = b"SQLite format 3\0"
_VERSION = MIGRATIONS[-1].version
_PAGES = 4096  # of 8 kB, copied at a time


class Database:
    """A connection that is a store: statements, transactions, snapshots. Use it from one thread at a time."""

    def __init__(self, path: Path, *, create: bool, readonly: bool, timeout: float) -> None:
        self.path = path
        self.readonly = readonly
        self._reading = False
        _check_file(path, create=create and not readonly)
        if not readonly:
            _check_place(path)
        try:
            self._connection = _connect(path, readonly=readonly, timeout=timeout)
        except sqlite3.Error as error:
            self._fail(error)
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Give the file back; an open transaction is rolled back."""
        self._connection.close()
        if self.readonly:
            _tidy(self.path)

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Run one statement."""
        try:
            return self._connection.execute(sql, parameters)
        except UnicodeEncodeError:
            return self.execute(sql, _valid(parameters))
        except sqlite3.Error as error:
            self._fail(error)

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Run one statement for each row (of numbers: texts may need :meth:`execute`)."""
        try:
            self._connection.executemany(sql, parameters)
        except sqlite3.Error as error:
            self._fail(error)

    def rows(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of a query."""
        try:
            return self.execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            self._fail(error)

    def stream(self, sql: str, parameters: Parameters = ()) -> Iterator[Row]:
        """The rows of a query one by one, for those who may not want all."""
        try:
            yield from self.execute(sql, parameters)
        except sqlite3.Error as error:
            self._fail(error)

    def one(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row of a query, None when there is none."""
        try:
            row: Row | None = self.execute(sql, parameters).fetchone()
        except sqlite3.Error as error:
            self._fail(error)
        return row

    def copy_to(self, path: Path, step: Callable[[int, int], None]) -> None:
        """Copy the whole database, as of one moment, into a file that is not there yet (SQLite's online backup).

        Others may write meanwhile: the read transaction held here keeps their commits out of the copy. ``step`` is told
        (pages done, of how many). Raises ``UnwritableError``.
        """
        try:
            target = sqlite3.connect(path)
        except sqlite3.Error as error:
            raise UnwritableError("{path} cannot be made: {error}", path=path, error=error) from None
        try:
            with self.snapshot():
                self.one("SELECT count(*) FROM meta")  # a transaction begins with its first read
                self._connection.backup(target, pages=_PAGES, progress=lambda _, left, every: step(every - left, every))
        except sqlite3.Error as error:
            self._fail(error)
        finally:
            target.close()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._connection.in_transaction

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: commits at the end, rolls back when anything is raised. Inside another one: part of it."""
        if self._reading:
            raise RuntimeError("a transaction inside a snapshot would be lost: read to the end first")
        if self.in_transaction:
            yield
            return
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Reads inside see one state of the store, whatever is written meanwhile."""
        if self.in_transaction:
            yield
            return
        self.execute("BEGIN")
        self._reading = True
        try:
            yield
            self.execute("COMMIT")  # of temporary tables: nothing else was written
        finally:
            self._reading = False
            self._roll_back()

    def _roll_back(self) -> None:
        if self._connection.in_transaction:  # a full disk may have rolled back already
            self._connection.execute("ROLLBACK")

    def _prepare(self) -> None:
        self.execute("PRAGMA foreign_keys = ON")
        # A crawl holds two connections; of a store of 100,000 articles, 64 MB kept no more articles a second than 16.
        self.execute("PRAGMA cache_size = -16384")
        found = self._version()
        if found == _VERSION:
            return
        if found > _VERSION:
            raise FormatError(
                "{path} was written by a newer jianbao (schema {found}): upgrade jianbao", path=self.path, found=found
            )
        if self.readonly:
            raise FormatError(
                "{path} is of an older jianbao: `jianbao doctor --repair` brings it up to date", path=self.path
            )
        self.execute("PRAGMA page_size = 8192")  # three articles fill a page; of 4096 bytes one leaves a third empty
        self.execute("PRAGMA journal_mode = WAL")
        with self.transaction():
            self._migrate()

    def _version(self) -> int:
        """The schema version; 0 for a file that is still empty. Raises NotAStoreError for anything else."""
        application = self.one("PRAGMA application_id")
        version = self.one("PRAGMA user_version")
        assert application
        assert version
        if application[0] == APPLICATION_ID:
            return int(version[0])
        if application[0] or version[0] or self.one("SELECT 1 FROM sqlite_master"):
            raise _not_a_store(self.path, "it is a database of another program")
        if self.readonly:
            raise _not_a_store(self.path, "it is empty")
        return 0

    def _migrate(self) -> None:
        reached = self._version()  # once more, now that nobody else writes
        for migration in MIGRATIONS:
            if migration.version <= reached:
                continue
            for statement in migration.statements:
                self.execute(statement)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self.execute("INSERT INTO migrations VALUES (?, ?, ?)", (migration.version, migration.name, now))
        self.execute(f"PRAGMA user_version = {_VERSION}")
        self.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    def _fail(self, error: sqlite3.Error) -> NoReturn:
        """Raise the error again as one the user can act on; what is a mistake of ours stays as it is."""
        name = getattr(error, "sqlite_errorname", "")
        match name.removeprefix("SQLITE_").partition("_")[0]:
            case "FULL":
                raise UnwritableError(
                    "the disk of {path} is full: make room and start again", path=self.path
                ) from error
            case "READONLY" | "CANTOPEN" | "PERM" | "AUTH":
                raise UnwritableError(
                    "{path} cannot be written: give write access to the file and its folder, or name another "
                    "one with --store",
                    path=self.path,
                ) from error
            case "IOERR":
                raise UnwritableError(
                    "reading or writing {path} failed ({name}): is the disk full or failing? Make room or use "
                    "--store on another disk",
                    path=self.path,
                    name=name,
                ) from error
            case "BUSY" | "LOCKED":
                raise StoreBusyError(
                    "{path} is being written by another jianbao: wait until it has ended, then start again",
                    path=self.path,
                ) from error
            case "NOTADB":
                raise _not_a_store(self.path, "it is no SQLite database") from error
            case "CORRUPT" | "ERROR" if name != "SQLITE_ERROR" or str(error) == "malformed JSON":
                raise DamagedError(
                    "{path} is damaged: `jianbao doctor --store {path}` says what can be saved; a backup has it all",
                    path=self.path,
                ) from error
        raise error


def _connect(path: Path, *, readonly: bool, timeout: float) -> sqlite3.Connection:
    address = f"file:{quote(os.fsencode(path.absolute()))}"
    connection = _open(f"{address}?mode={'ro' if readonly else 'rwc'}", timeout)
    try:
        # A commit survives a power cut, not only kill -9: the match index relies on it. Cheap in batches.
        connection.execute("PRAGMA schema_version" if readonly else "PRAGMA synchronous = FULL")
        return connection
    except sqlite3.Error as why:
        connection.close()
        # WAL needs its -shm file; in a folder that cannot be written it is not there, and nobody writes either.
        if not readonly or not isinstance(why, sqlite3.OperationalError) or Path(f"{path}-wal").exists():
            raise
        return _open(f"{address}?mode=ro&immutable=1", timeout)


def _tidy(path: Path) -> None:
    """Take away the empty log that reading needed: SQLite does, when the last one to close is one that may write."""
    log = Path(f"{path}-wal")
    with suppress(OSError, sqlite3.Error):
        if log.stat().st_size == 0:  # else somebody writes, or was killed: then there is more to do than to read
            with closing(_open(f"file:{quote(os.fsencode(path.absolute()))}?mode=rw", 0.0)) as connection:
                connection.execute("PRAGMA schema_version").fetchone()


def _open(address: str, timeout: float) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, timeout=timeout, isolation_level=None, check_same_thread=False)
    connection.text_factory = text_of  # else one bad byte in a text would end every query that meets it
    return connection


def text_of(value: bytes) -> str:
    """A text column; U+FFFD for what is no UTF-8. What was stored is: a disk gave other bytes back, and the text's
    digest tells it.
    """
    return value.decode("utf-8", "replace")


def _valid(parameters: Parameters) -> Parameters:
    """Parameters as SQLite can hold them, in valid UTF-8."""

    def valid(value: Any) -> Any:
        return encoded(value).decode() if isinstance(value, str) else value

    if isinstance(parameters, Mapping):
        return {name: valid(value) for name, value in parameters.items()}
    return [valid(value) for value in parameters]


def _check_place(path: Path) -> None:
    """Raises UnwritableError for a store on another machine's disk: two writers there would not see each other."""
    if kind := network_type(path):
        raise UnwritableError(
            "{path} lies on a network file system ({kind}), where a store that is written may be "
            "damaged: keep it on a disk of this machine, and put copies there with `jianbao backup`",
            path=path,
            kind=kind,
        )


def _check_file(path: Path, *, create: bool) -> None:
    """Refuse what cannot be a store before SQLite touches it."""
    try:
        if path.is_dir():
            raise _not_a_store(path, "it is a folder")
        if not path.exists():
            if not create:
                raise UsageError(
                    "there is no store at {path}: name one with --store, or run `jianbao clean` first", path=path
                )
            if not path.parent.exists():
                raise UsageError(
                    "{path} cannot be made: there is no folder {parent}; make it first", path=path, parent=path.parent
                )
            return
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise UnwritableError(
            "{path} cannot be opened ({strerror}): check its permissions", path=path, strerror=error.strerror
        ) from error
    if head and head != _MAGIC:
        raise _not_a_store(path, "it is no SQLite database")


def is_database(path: Path) -> bool:
    """Whether a file begins as a store does."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def _not_a_store(path: Path, why: str) -> NotAStoreError:
    return NotAStoreError("{path} is not a jianbao store ({why}): name another file with --store", path=path, why=why)
