"""The tables of the store and how a store of an older version becomes one of today.

Every migration is a list of statements that ran, once, in one transaction; none is ever changed after a release.
"""

from __future__ import annotations

from dataclasses import dataclass

APPLICATION_ID = 0x4A42414F
"""``PRAGMA application_id`` of every store ("JBAO"): tells a store from any other SQLite database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema."""

    version: int
    """The ``PRAGMA user_version`` after it."""
    name: str
    """What it brings."""
    statements: tuple[str, ...]
    """SQL, run in order inside one transaction."""


_FIRST = (
    """CREATE TABLE migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)""",
    """CREATE TABLE extractors (
        extractor INTEGER PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, recipe TEXT NOT NULL,
        UNIQUE (name, version, recipe))""",
    # A row is one text and never changes its text: a changed page is a new row (revision), so that the match index
    # may refer to doc for ever. AUTOINCREMENT: the number of a removed text is never given to another one.
    """CREATE TABLE articles (
        doc INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL, revision INTEGER NOT NULL, current INTEGER NOT NULL DEFAULT 1, first_doc INTEGER,
        cluster INTEGER, digest BLOB NOT NULL, extractor INTEGER NOT NULL REFERENCES extractors,
        origin TEXT NOT NULL, url TEXT, site TEXT, title TEXT, published TEXT, published_at INTEGER,
        authors TEXT, editors TEXT, source TEXT, section TEXT, regions TEXT, language TEXT, script TEXT NOT NULL,
        disguises TEXT, repairs TEXT, noise_removed TEXT, quality REAL NOT NULL, opt_out TEXT, next_url TEXT,
        fetched_at TEXT, UNIQUE (id, revision))""",
    "CREATE INDEX articles_by_cluster ON articles (cluster) WHERE cluster IS NOT NULL",
    "CREATE INDEX articles_by_site ON articles (site, published_at) WHERE current",
    "CREATE INDEX articles_by_date ON articles (published_at) WHERE current",
    "CREATE INDEX articles_by_source ON articles (source) WHERE current AND source IS NOT NULL",
    # Apart from the metadata, so that lists and filters never read the texts.
    "CREATE TABLE texts (doc INTEGER PRIMARY KEY, text TEXT NOT NULL, markdown BLOB)",
    "CREATE TABLE places (place INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    """CREATE TABLE article_places (place INTEGER NOT NULL REFERENCES places, doc INTEGER NOT NULL,
        PRIMARY KEY (place, doc)) WITHOUT ROWID""",
    # The app makes the tokens (store/words.py). The ascii tokenizer takes every other code point as part of a token,
    # so a character that is newer than SQLite's Unicode tables is found too.
    "CREATE VIRTUAL TABLE search USING fts5(title, text, content='', tokenize='ascii')",
    # Which characters an article has, not where: a tenth of the size of the other one.
    """CREATE VIRTUAL TABLE characters USING fts5(letters, content='', tokenize='ascii', detail='none',
        columnsize=0)""",
    # A batch is gathered in memory and written as one segment, segments are merged by eights: a quarter faster.
    "INSERT INTO search (search, rank) VALUES ('hashsize', 16777216)",
    "INSERT INTO characters (characters, rank) VALUES ('hashsize', 16777216)",
    "INSERT INTO search (search, rank) VALUES ('automerge', 8)",
    """CREATE TABLE matches (
        doc_a INTEGER NOT NULL, doc_b INTEGER NOT NULL, kind TEXT NOT NULL, similarity REAL NOT NULL,
        containment_a REAL NOT NULL, containment_b REAL NOT NULL, evidence TEXT NOT NULL,
        PRIMARY KEY (doc_a, doc_b), CHECK (doc_a < doc_b)) WITHOUT ROWID""",
    "CREATE INDEX matches_by_second ON matches (doc_b)",
    # Clusters of two and more; a singleton has no row and its own id.
    """CREATE TABLE clusters (
        cluster INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, canonical INTEGER NOT NULL,
        earliest INTEGER, earliest_url TEXT, earliest_published TEXT, confidence REAL, evidence TEXT)""",
    "CREATE TABLE forwards (id TEXT PRIMARY KEY, target TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE runs (run INTEGER PRIMARY KEY, command TEXT NOT NULL, started TEXT NOT NULL, ended TEXT,
        status TEXT NOT NULL, counts TEXT NOT NULL)""",
    """CREATE TABLE drops (
        origin TEXT NOT NULL, stage TEXT NOT NULL, reason TEXT NOT NULL, url TEXT, detail TEXT NOT NULL,
        run INTEGER, at TEXT NOT NULL, PRIMARY KEY (origin, stage, reason)) WITHOUT ROWID""",
    "CREATE INDEX drops_by_reason ON drops (stage, reason)",
    "CREATE INDEX drops_by_url ON drops (url) WHERE url IS NOT NULL",
    # Every address a crawl has met; without an outcome it is queued. Only those are in the index of the queue.
    """CREATE TABLE ledger (
        visit INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, address TEXT, site TEXT NOT NULL, kind TEXT NOT NULL,
        hops INTEGER NOT NULL, pages INTEGER NOT NULL, priority INTEGER NOT NULL, first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL, last_fetched INTEGER, etag TEXT, last_modified TEXT, status INTEGER, outcome TEXT,
        detail TEXT, digest BLOB, pause INTEGER, next_visit INTEGER, parent INTEGER)""",
    "CREATE INDEX ledger_queue ON ledger (site, visit) WHERE outcome IS NULL",
    "CREATE INDEX ledger_by_site ON ledger (site, visit)",
    "CREATE INDEX ledger_by_parent ON ledger (parent) WHERE parent IS NOT NULL",
    "CREATE INDEX ledger_by_date ON ledger (site, next_visit) WHERE next_visit IS NOT NULL",
    """CREATE TABLE noise_lines (
        site TEXT NOT NULL, key TEXT NOT NULL, example TEXT NOT NULL, clusters INTEGER NOT NULL, at TEXT NOT NULL,
        undone INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (site, key)) WITHOUT ROWID""",
    """CREATE TABLE lexicon (
        spun TEXT NOT NULL, plain TEXT NOT NULL, count INTEGER NOT NULL, undone INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (spun, plain)) WITHOUT ROWID""",
    # What belongs to the files beside the store and must change with its rows in one commit.
    "CREATE TABLE manifests (name TEXT PRIMARY KEY, data BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)

_EXPORTS = (
    "CREATE TABLE export_series (series INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    # docs: the texts that left with it (store/exports.py says how they are packed).
    """CREATE TABLE exports (
        export INTEGER PRIMARY KEY, series INTEGER REFERENCES export_series, target TEXT NOT NULL, format TEXT NOT NULL,
        at TEXT NOT NULL, added INTEGER NOT NULL, changed INTEGER NOT NULL, removed INTEGER NOT NULL,
        complete INTEGER NOT NULL DEFAULT 0, docs BLOB NOT NULL)""",
    # What a series of increments adds up to: each article, in the state in which it last left.
    """CREATE TABLE exported (series INTEGER NOT NULL REFERENCES export_series, id TEXT NOT NULL, state BLOB NOT NULL,
        PRIMARY KEY (series, id)) WITHOUT ROWID""",
)

_TOMBSTONES = (
    """CREATE TABLE tombstones (id TEXT PRIMARY KEY, url TEXT, reason TEXT NOT NULL, at TEXT NOT NULL,
        exports TEXT NOT NULL, done INTEGER NOT NULL) WITHOUT ROWID""",
    # Hashes only, never text (store/tombstones.py).
    """CREATE TABLE tombstone_traces (id TEXT NOT NULL REFERENCES tombstones, digest BLOB NOT NULL,
        recipe TEXT NOT NULL, anchors BLOB NOT NULL, numbers BLOB NOT NULL, PRIMARY KEY (id, digest)) WITHOUT ROWID""",
    # What a takedown has still to blank in the archive.
    """CREATE TABLE tombstone_records (file TEXT NOT NULL, start INTEGER NOT NULL, length INTEGER NOT NULL,
        id TEXT NOT NULL REFERENCES tombstones, PRIMARY KEY (file, start)) WITHOUT ROWID""",
    # A visit that was under way when its address was taken down must not open that address again.
    """CREATE TRIGGER ledger_taken_down BEFORE UPDATE ON ledger WHEN OLD.outcome = 'taken down'
        BEGIN SELECT RAISE(IGNORE); END""",
)

_DISGUISES = (
    # Few articles are disguised: this is small, and makes the filter read only them.
    "CREATE INDEX articles_disguised ON articles (doc) WHERE current AND disguises IS NOT NULL",
)

_PLACES_OF = (
    # The places of one article: asked for each hit of a search, and when a text is retired.
    "CREATE INDEX article_places_by_doc ON article_places (doc)",
)

_TEXT_FIRST = (
    # FTS5 writes two bytes before the places of a word in any column but the first: for texts, more than a quarter of
    # the index. It is made anew from the texts when the store is opened (store/indexing.py).
    "DROP TABLE search",
    "CREATE VIRTUAL TABLE search USING fts5(text, title, content='', tokenize='ascii')",
    "INSERT INTO search (search, rank) VALUES ('hashsize', 16777216)",
    "INSERT INTO search (search, rank) VALUES ('automerge', 8)",
    "DELETE FROM meta WHERE key = 'search'",
    # Over superseded texts too (few): a filter is then read from its index alone, without a look at each article.
    "DROP INDEX articles_by_site",
    "DROP INDEX articles_by_date",
    "DROP INDEX articles_by_source",
    "CREATE INDEX articles_by_site ON articles (site, published_at)",
    "CREATE INDEX articles_by_date ON articles (published_at)",
    "CREATE INDEX articles_by_source ON articles (source) WHERE source IS NOT NULL",
)

_CONFIDENCE = (
    "ALTER TABLE articles ADD COLUMN confidence REAL",
    # What a person should look at first: from the least sure on.
    "CREATE INDEX articles_by_confidence ON articles (confidence) WHERE current AND confidence IS NOT NULL",
)

_OF_FILES = (
    "ALTER TABLE articles ADD COLUMN declared_url TEXT",
    "ALTER TABLE articles ADD COLUMN images TEXT",
    "ALTER TABLE articles ADD COLUMN extra TEXT",
)

_EDITIONS = (
    "ALTER TABLE articles ADD COLUMN edition TEXT",
    # What the page of a newspaper says of an address, for the article that comes of it.
    "ALTER TABLE ledger ADD COLUMN edition TEXT",
)

_ANNOUNCEMENTS = (
    "ALTER TABLE articles ADD COLUMN found_by TEXT",
    # What feeds and sitemaps say of the pages they name, packed (store/crawl_state.py). Not in the ledger: that is read
    # far more often, and a text is long.
    """CREATE TABLE announcements (url TEXT PRIMARY KEY, letters INTEGER NOT NULL, data BLOB NOT NULL) WITHOUT ROWID""",
)

_PARTS = (
    "ALTER TABLE articles ADD COLUMN parts TEXT",
    "ALTER TABLE articles ADD COLUMN part_origins TEXT",
    "ALTER TABLE articles ADD COLUMN missing_parts TEXT",
    # Few articles have several pages: which of them has this one is asked for by their addresses.
    "CREATE INDEX articles_of_parts ON articles (doc) WHERE part_origins IS NOT NULL",
)

_READINGS = (
    # Whether the links of a page were read, and by which rules: who changes them wants those of known pages too.
    "ALTER TABLE ledger ADD COLUMN followed INTEGER",
    "ALTER TABLE ledger ADD COLUMN rules TEXT",
)

_WATCHES = (
    "CREATE TABLE events (event INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL, "
    "id TEXT NOT NULL)",
    "CREATE INDEX events_by_time ON events (at)",
    # How far each watch has read, and when it was last issued.
    """CREATE TABLE watches (watch TEXT PRIMARY KEY, judged INTEGER NOT NULL, issued_at INTEGER NOT NULL)
        WITHOUT ROWID""",
    # Which line of a watch an article belongs to: a story is told once, whatever becomes of its cluster.
    """CREATE TABLE watched_articles (id TEXT NOT NULL, watch TEXT NOT NULL, story TEXT NOT NULL,
        PRIMARY KEY (id, watch)) WITHOUT ROWID""",
    "CREATE INDEX watched_articles_by_story ON watched_articles (story, watch)",
    # What is to be told, in order. No words of an article: they are read when it is told, so that a takedown needs to
    # look for none here.
    """CREATE TABLE notices (notice INTEGER PRIMARY KEY AUTOINCREMENT, watch TEXT NOT NULL, story TEXT NOT NULL,
        kind TEXT NOT NULL, event INTEGER NOT NULL, at INTEGER NOT NULL, detail TEXT NOT NULL, issue INTEGER,
        UNIQUE (story, watch, kind, event))""",
    "CREATE INDEX notices_waiting ON notices (watch) WHERE issue IS NULL",
    "CREATE INDEX notices_of_issues ON notices (watch, issue) WHERE issue IS NOT NULL",
    "CREATE TABLE issues (issue INTEGER PRIMARY KEY AUTOINCREMENT, watch TEXT NOT NULL, at INTEGER NOT NULL)",
    "CREATE INDEX issues_by_watch ON issues (watch, issue)",
    # The last issue that a channel has delivered.
    """CREATE TABLE deliveries (watch TEXT NOT NULL, channel TEXT NOT NULL, issue INTEGER NOT NULL,
        PRIMARY KEY (watch, channel)) WITHOUT ROWID""",
    # What is wrong now and was told.
    """CREATE TABLE troubles (watch TEXT NOT NULL, trouble TEXT NOT NULL, detail TEXT NOT NULL,
        PRIMARY KEY (watch, trouble)) WITHOUT ROWID""",
)

_NOTES = (
    # By the article's id: a note stays when its page has another text.
    """CREATE TABLE tags (id TEXT NOT NULL, tag TEXT NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY (id, tag)) WITHOUT ROWID""",
    "CREATE INDEX tags_by_tag ON tags (tag, id)",
    # Never the number of another note again: a page that was opened before may still ask to remove it.
    """CREATE TABLE notes (note INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, text TEXT NOT NULL,
        at INTEGER NOT NULL, UNIQUE (id, text))""",
)

_EARLIER_ARRIVALS = (
    # What was stored before there were events: as arrived when it, or a text that was stored before it, was fetched.
    # Numbers up to 0: watches that have read on from 0 or later never meet them, so no old news is told.
    """INSERT INTO events (event, at, kind, id)
    SELECT row_number() OVER (ORDER BY doc) - count(*) OVER (), at, kind, id FROM (
        SELECT a.doc, a.id, min(CAST(strftime('%s', 'now') AS INTEGER),
                coalesce(max(CAST(strftime('%s', a.fetched_at) AS INTEGER)) OVER (ORDER BY a.doc), 0)) AS at,
            CASE WHEN a.first_doc IS NOT NULL THEN 'revision'
                WHEN EXISTS (SELECT 1 FROM articles b WHERE b.cluster = a.cluster AND b.current
                    AND coalesce(b.first_doc, b.doc) < a.doc) THEN 'copy'
                ELSE 'story' END AS kind
        FROM articles a
        WHERE (a.id, a.first_doc IS NOT NULL) NOT IN (SELECT id, kind = 'revision' FROM events WHERE kind != 'takedown')
        AND NOT EXISTS (SELECT 1 FROM articles p WHERE p.id = a.id AND a.first_doc IS NOT NULL
            AND p.revision = a.revision - 1 AND p.fetched_at = a.fetched_at))""",
)

_SITES_BY_ID = (
    # What runs of crawls counted by registered domain, by the id of the site it is the domain of: of the site whose
    # first address in the ledger has it, where that is one alone. Each host is known by all domains it stands in.
    "CREATE TABLE domains (name TEXT PRIMARY KEY, site TEXT NOT NULL) WITHOUT ROWID",
    """INSERT INTO domains
    WITH RECURSIVE rests AS (SELECT site, substr(url, instr(url, '://') + 3) || '/' AS rest FROM ledger
        WHERE visit IN (SELECT min(visit) FROM ledger GROUP BY site)),
    places AS (SELECT site, substr(rest, 1, instr(rest, '/') - 1) || ':' AS place FROM rests),
    names (site, name) AS (SELECT site, substr(place, 1, instr(place, ':') - 1) FROM places
        UNION SELECT site, substr(name, instr(name, '.') + 1) FROM names WHERE instr(name, '.'))
    SELECT name, min(site) FROM names GROUP BY name HAVING count(DISTINCT site) = 1""",
    """UPDATE runs SET counts = (
        SELECT json_group_object(coalesce((SELECT substr(key, 1, instr(key, ' ')) || site FROM domains
            WHERE key LIKE '% %' AND name = substr(key, instr(key, ' ') + 1)), key), value) FROM json_each(runs.counts))
    WHERE command LIKE 'crawl %' AND json_valid(counts)""",
    "DROP TABLE domains",
)

_GONE = (
    "ALTER TABLE ledger ADD COLUMN gone INTEGER",
    # Older stores knew only when it was last asked for.
    "UPDATE ledger SET gone = last_fetched WHERE status IN (404, 410) AND outcome = 'drop'",
)

MIGRATIONS: tuple[Migration, ...] = (
    Migration(version=1, name="articles, clusters, search, drops, runs, learned data", statements=_FIRST),
    Migration(version=2, name="exports: what left the store, and the increments", statements=_EXPORTS),
    Migration(version=3, name="tombstones of what was taken down", statements=_TOMBSTONES),
    Migration(version=4, name="disguised articles are found at once", statements=_DISGUISES),
    Migration(version=5, name="the regions of one article are found at once", statements=_PLACES_OF),
    Migration(version=6, name="search: a smaller index, filters read from theirs alone", statements=_TEXT_FIRST),
    Migration(version=7, name="confidence: how sure it is that a body is right and whole", statements=_CONFIDENCE),
    Migration(version=8, name="images, what a page calls itself, other columns of a table", statements=_OF_FILES),
    Migration(version=9, name="the page of a newspaper that an article stands on", statements=_EDITIONS),
    Migration(version=10, name="which rule found a field; what feeds say of pages", statements=_ANNOUNCEMENTS),
    Migration(version=11, name="the pages that an article was joined from", statements=_PARTS),
    Migration(version=12, name="by which rules the links of a page were read", statements=_READINGS),
    Migration(version=13, name="events, and what watches have told of them", statements=_WATCHES),
    Migration(version=14, name="tags and notes of readers", statements=_NOTES),
    Migration(version=15, name="events of what was stored before there were any", statements=_EARLIER_ARRIVALS),
    Migration(version=16, name="what runs counted, by the ids of sites", statements=_SITES_BY_ID),
    Migration(version=17, name="since when a page is gone from its site", statements=_GONE),
)
"""All steps in order; the last one's version is the version of today."""
