"""Is the store as it should be, and what can be set right: file, schema, search, match index, clusters, archive."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cleaners.errors import DamagedError, FormatError, NotAStoreError
from cleaners.maintenance.checks import CHECKS, TEXTS, VALUES, StoreCheck
from cleaners.maintenance.salvage import beyond_saving, cleaned_again, damaged_name, is_ours, salvage
from cleaners.progress import ProgressCallback, silent
from cleaners.sentences import Sentence, listed, sentence
from cleaners.store import Store, locks

_FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorFinding:
    """What one check found."""

    check: str
    """Its name."""
    problems: tuple[Sentence, ...]
    """What is wrong, in words; empty when all is well."""
    cure: Sentence
    """What sets it right: ``--repair``, or what a person has to do."""
    repaired: bool = False
    """Whether it was set right: checked again after the repair, and found well."""
    advice: Sentence | None = None
    """What is worth knowing although nothing is wrong."""

    def record(self) -> dict[str, Any]:
        """For JSON: the same in every language."""
        return {
            "check": self.check, "problems": [str(one) for one in self.problems], "cure": str(self.cure),
            "repaired": self.repaired, "advice": self.advice and str(self.advice),
        }  # fmt: skip


def examine(
    path: Path,
    *,
    repair: bool = False,
    losing: bool = False,
    sample: int | None = 1000,
    step: ProgressCallback = silent,
) -> list[DoctorFinding]:
    """Run every check, in order; with ``repair`` set right what can be, and check that again.

    ``losing``: also make a damaged file anew where a part of its articles is lost. ``sample``: of how many articles
    pages, texts, words and keys are looked at (None: all); everything else is looked at whole. Raises as
    ``Store.open`` for what never was a store; ``StoreBusyError`` where a repair finds a run at work.
    """
    held = locks.writer_lock(path) if (repair or losing) and path.exists() else None
    try:
        found = _checked(path, sample, step, repair=repair or losing)
        file = found[0]
        if held is None or not ((file.problems and not file.repaired) or (losing and _altered(found))):
            return found
        return _made_anew(path, found, sample, step, losing=losing)
    finally:
        if held is not None:
            held.release()


def _checked(path: Path, sample: int | None, step: ProgressCallback, *, repair: bool) -> list[DoctorFinding]:
    """What every check finds; of a file that cannot be opened only the first."""
    found: list[DoctorFinding] = []
    empty = path.is_file() and not path.stat().st_size  # to open it for writing would make a new store of it
    try:
        with Store.open(path, create=False, readonly=empty or not repair) as store:
            for done, check in enumerate(CHECKS):
                step(f"checks ({check.name})", done, len(CHECKS))
                # What is made from the articles is made anew when these can be read.
                readable = not found or not found[0].problems or found[0].repaired
                found.append(_examined(store, check, sample, repair=repair and readable))
    except NotAStoreError as why:
        damaged = isinstance(why, DamagedError)
        if not damaged and not is_ours(path):
            raise
        problem = sentence("{path} is damaged", path=path) if damaged else _GONE
        cure = CHECKS[0].cure if damaged else beyond_saving(path)
        return [DoctorFinding(check=CHECKS[0].name, problems=(problem,), cure=cure)]
    return found


def _altered(found: list[DoctorFinding]) -> bool:
    """Whether there is something that is not what was stored."""
    return any(one.check in {TEXTS, VALUES} and one.problems for one in found)


_UNSEEN = sentence("cannot be looked at: the file is damaged")
_GONE = sentence("it does not begin as a store does: its first page is lost, and with it what leads to all others")


def _made_anew(
    path: Path, found: list[DoctorFinding], sample: int | None, step: ProgressCallback, *, losing: bool
) -> list[DoctorFinding]:
    """Make the file anew from what can be read of it; says what is lost where that is not wanted."""
    file, *rest = found
    try:
        made = salvage(path, losing=losing, step=step)
    except NotAStoreError as why:
        return [replace(file, problems=(*file.problems, why.sentence), cure=beyond_saving(path)), *rest]
    what = []
    if made.lost:
        lost = ", ".join(made.lost[:_FEW])
        what.append(sentence("{count} texts cannot be read: {lost}", count=len(made.lost), lost=lost))
    if made.torn:
        what.append(sentence("of these tables a part cannot be read: {tables}", tables=", ".join(made.torn)))
    if what and not losing:
        cure = sentence(
            "restore a backup; or let `jianbao doctor --salvage` go on with the {articles} articles that are left, "
            "then {clean}",
            articles=made.articles,
            clean=cleaned_again(path),
        )
        return [replace(file, problems=(*file.problems, *what), cure=cure), *rest]
    again = _checked(path, sample, step, repair=True)
    before = {one.check: one.problems for one in rest if one.problems}
    anew = sentence("made anew; the damaged file is {file}", file=damaged_name(path))
    if what:
        anew = listed([anew, sentence("to have back what is lost, {clean}", clean=cleaned_again(path))], "; ")
    told = (*file.problems, *what, anew)
    return [replace(again[0], problems=told, repaired=not again[0].problems), *(
        replace(one, problems=before[one.check], repaired=True) if one.check in before and not one.problems else one
        for one in again[1:]
    )]  # fmt: skip


def _examined(store: Store, check: StoreCheck, sample: int | None, *, repair: bool) -> DoctorFinding:
    problems = _problems(store, check, sample)
    repaired = False
    if problems and repair and check.repair is not None:
        with suppress(FormatError):  # the file is too damaged for it
            check.repair(store)
            repaired = not _problems(store, check, sample)
    unseen = _UNSEEN in problems and check is not CHECKS[0]
    cure = sentence("first the file (see above)") if unseen else check.cure
    advice = None
    if not problems or repaired:
        with suppress(FormatError):  # another check tells it
            advice = check.advise(store)
    return DoctorFinding(check=check.name, problems=problems, cure=cure, repaired=repaired, advice=advice)


def _problems(store: Store, check: StoreCheck, sample: int | None) -> tuple[Sentence, ...]:
    try:
        return tuple(check.find(store, sample))
    except DamagedError:  # so damaged that it cannot be looked at
        return (_UNSEEN,)
    except FormatError as why:
        return (why.sentence,)
