"""English and German pages in our own words that are no news: where a filter made for news loses the body.

    python benchmarks/made_foreign_pages.py [--pages 60] [--seed 1]

Prints for each kind the mean F1, precision and recall of `clean` and of trafilatura alone. Six kinds: forums, recipes,
slide shows, comparison pages, children's pages, blog posts with lists. All of their body stands in the gold.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import mean

from extraction import TOKEN, compare
from trafilatura import bare_extraction

from cleaners import pipeline
from cleaners.items import Article, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What sentences of one language are made of."""

    who: tuple[str, ...]
    does: tuple[str, ...]
    what: tuple[str, ...]
    when: tuple[str, ...]
    things: tuple[str, ...]
    menu: tuple[str, ...]
    labels: tuple[str, ...]
    """Ingredients, preparation, pros, cons, verdict, fun fact, quiz, reply, quote, joined."""


ENGLISH = Words(
    who=(
        "My neighbour", "The baker", "Our old dog", "A friend of mine", "The lighthouse keeper", "Grandmother",
        "The mechanic",
    ),
    does=("repairs", "paints", "borrows", "carries", "forgets", "sells", "washes", "measures"),
    what=(
        "the blue kettle", "three baskets of plums", "a wooden sledge", "the garden gate", "two spare wheels",
        "an accordion",
    ),
    when=(
        "before breakfast", "every second Tuesday", "when it rains", "in the back yard", "without asking anyone",
        "since last spring",
    ),
    things=(
        "Copper pan", "Rain barrel", "Trail shoe", "Desk lamp", "Kite", "Flour", "Sugar", "Plums", "Cinnamon",
        "Butter",
    ),
    menu=("Home", "News", "Garden", "Kitchen", "Forum", "About us", "Contact", "Shop", "Login"),
    labels=("Ingredients", "Method", "Pros", "Cons", "Verdict", "Did you know?", "Quiz", "Reply", "Quote", "Joined"),
)  # fmt: skip
GERMAN = Words(
    who=(
        "Mein Nachbar", "Die Bäckerin", "Unser alter Hund", "Eine Freundin", "Der Leuchtturmwärter", "Großmutter",
        "Der Mechaniker",
    ),
    does=("repariert", "streicht", "leiht sich", "trägt", "vergisst", "verkauft", "wäscht", "vermisst"),
    what=(
        "den blauen Kessel", "drei Körbe Pflaumen", "einen Holzschlitten", "das Gartentor", "zwei Ersatzräder",
        "ein Akkordeon",
    ),
    when=(
        "vor dem Frühstück", "jeden zweiten Dienstag", "bei Regen", "hinten im Hof", "ohne zu fragen",
        "seit dem Frühling",
    ),
    things=(
        "Kupferpfanne", "Regentonne", "Wanderschuh", "Schreibtischlampe", "Drachen", "Mehl", "Zucker", "Pflaumen",
        "Zimt", "Butter",
    ),
    menu=("Startseite", "Nachrichten", "Garten", "Küche", "Forum", "Über uns", "Kontakt", "Laden", "Anmelden"),
    labels=(
        "Zutaten", "Zubereitung", "Vorteile", "Nachteile", "Fazit", "Wusstest du?", "Rätsel", "Antworten", "Zitat",
        "Dabei seit",
    ),
)  # fmt: skip


@dataclass(slots=True)
class _Writer:
    rng: random.Random
    words: Words
    body: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        pick, own = self.rng.choice, self.words
        return f"{pick(own.who)} {pick(own.does)} {pick(own.what)} {pick(own.when)}."

    def prose(self, least: int, most: int) -> str:
        return " ".join(self.sentence() for _ in range(self.rng.randint(least, most)))

    def keep(self, text: str, tag: str = "p") -> None:
        self.body.append(text)
        self.parts.append(f"<{tag}>{text}</{tag}>")

    def raw(self, markup: str) -> None:
        self.parts.append(markup)

    def listed(self, texts: list[str], tag: str = "ul") -> None:
        self.body += texts
        self.parts.append(f"<{tag}>{''.join(f'<li>{text}</li>' for text in texts)}</{tag}>")


def _forum(out: _Writer) -> None:
    own = out.words.labels
    for number in range(out.rng.randint(4, 12)):
        out.raw(
            f"<div class='post'><div class='user'><a href='/u{number}'>user{number}</a><br>{own[9]}: 2014</div>"
            "<div class='text'>"
        )
        for _ in range(out.rng.randint(1, 3)):
            out.keep(out.prose(1, 4))
        out.raw(f"</div><div class='act'><a href='#'>{own[7]}</a> <a href='#'>{own[8]}</a></div></div>")


def _recipe(out: _Writer) -> None:
    out.keep(out.prose(1, 3))
    out.keep(out.words.labels[0], "h3")
    out.listed([f"{out.rng.randint(1, 500)} g {thing}" for thing in out.rng.sample(out.words.things, 6)])
    out.keep(out.words.labels[1], "h3")
    out.listed([out.sentence() for _ in range(out.rng.randint(3, 7))], "ol")


def _slides(out: _Writer) -> None:
    for number in range(out.rng.randint(5, 14)):
        out.raw("<div class='slide'><img src='/i.jpg' width='600' height='400'>")
        out.keep(f"{number + 1}. {out.rng.choice(out.words.things)}", "h2")
        out.keep(out.prose(1, 2))
        out.raw("</div>")


def _comparison(out: _Writer) -> None:
    out.keep(out.prose(2, 3))
    for thing in out.rng.sample(out.words.things, out.rng.randint(3, 6)):
        out.raw("<div class='product'>")
        out.keep(thing, "h2")
        out.keep(out.prose(1, 3))
        for label in out.words.labels[2:4]:
            out.keep(label, "h4")
            out.listed([out.sentence() for _ in range(2)])
        out.raw("<a class='btn' href='/buy'>&euro; 29</a></div>")
    out.keep(f"{out.words.labels[4]}: {out.prose(1, 2)}")


def _children(out: _Writer) -> None:
    for _ in range(out.rng.randint(4, 9)):
        out.raw("<div class='bubble'>")
        out.keep(out.sentence(), out.rng.choice(("p", "div")))
        if out.rng.random() < 0.4:
            out.keep(f"{out.words.labels[5]} {out.sentence()}", "div")
        out.raw("</div>")


def _blog(out: _Writer) -> None:
    for _ in range(out.rng.randint(2, 5)):
        out.keep(out.prose(2, 5))
        if out.rng.random() < 0.5:
            out.listed([out.sentence() for _ in range(out.rng.randint(2, 5))])


KINDS: dict[str, Callable[[_Writer], None]] = {
    "forum": _forum, "recipe": _recipe, "slides": _slides, "comparison": _comparison,
    "children": _children, "blog": _blog,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignPage:
    """A made page and its body."""

    kind: str
    body: str
    html: str = field(repr=False)


def make(kind: str, rng: random.Random) -> ForeignPage:
    """One page of a kind, in English or German."""
    out = _Writer(rng=rng, words=rng.choice((ENGLISH, ENGLISH, GERMAN)))
    KINDS[kind](out)
    menu = "".join(f"<li><a href='/{n}'>{name}</a></li>" for n, name in enumerate(out.words.menu))
    title = f"{rng.choice(out.words.who)} {rng.choice(out.words.does)} {rng.choice(out.words.what)}"
    side = "".join(f"<li><a href='/s{n}'>{out.sentence()}</a></li>" for n in range(rng.randint(0, 9)))
    block = rng.choice(("div", "article", "main", "section"))
    return ForeignPage(
        kind=kind, body="\n".join(out.body),
        html=f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{title}</title></head><body>"
        f"<nav><ul>{menu}</ul></nav>"
        f"<{block} class='content'><h1>{title}</h1>{''.join(out.parts)}</{block}><aside><ul>{side}</ul></aside>"
        "<footer>© 2019</footer></body></html>",
    )  # fmt: skip


def made_foreign(count: int, seed: int) -> list[ForeignPage]:
    """``count`` pages, the kinds in turn."""
    rng, kinds = random.Random(seed), tuple(KINDS)
    return [make(kinds[n % len(kinds)], rng) for n in range(count)]


def main() -> None:
    """Clean them, compare with trafilatura alone."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    found: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for page in made_foreign(args.pages, args.seed):
        cleaned = pipeline.clean(Page(body=page.html.encode(), origin=page.kind))
        alone = getattr(bare_extraction(page.html, with_metadata=False), "text", None) or ""
        gold = TOKEN.findall(page.body)
        for name, text in (("clean", cleaned.text if isinstance(cleaned, Article) else ""), ("trafilatura", alone)):
            found[page.kind, name].append(compare(gold, TOKEN.findall(text)))
    for (kind, name), pairs in sorted(found.items()):
        precision, recall = mean(pair[0] for pair in pairs), mean(pair[1] for pair in pairs)
        print(
            f"{kind:12s}{name:14s}precision {precision:.3f}  recall {recall:.3f}"
            f"  lost {sum(pair[1] < 0.2 for pair in pairs)}"
        )


if __name__ == "__main__":
    main()
