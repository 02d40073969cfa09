"""The tables: keys, time to live, predefined columns and secondary indexes."""

from __future__ import annotations

from typing import Literal, NamedTuple

ColumnType = Literal["INTEGER", "STRING"]
SearchType = Literal["LONG", "KEYWORD", "TEXT"]

DAY_S = 86_400
WORK_BUCKETS = 8


class Index(NamedTuple):
    """A global secondary index: asynchronous, and only of rows that have all of its key columns."""

    name: str
    keys: tuple[str, ...]
    columns: tuple[str, ...] = ()


class SearchIndex(NamedTuple):
    """Asynchronous, and of all rows; `fields` by name. TEXT is cut into words, Chinese into characters."""

    name: str
    fields: tuple[tuple[str, SearchType], ...]


class Table(NamedTuple):
    """`ttl_s` -1 keeps rows for ever; the service allows a TTL only on tables without indexes that are updated."""

    name: str
    keys: tuple[tuple[str, ColumnType], ...]
    auto_increment: str = ""
    ttl_s: int = -1
    columns: tuple[tuple[str, ColumnType], ...] = ()
    indexes: tuple[Index, ...] = ()
    search: tuple[SearchIndex, ...] = ()

    @property
    def key_names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.keys)


USERS = "user_table"
RELATIONS = "user_relation_table"
RELATIONS_BY_AUTHOR = "user_relation_by_author"
RELATIONS_BY_FOLLOWER = "user_relation_by_follower"
SESSIONS = "user_message_session_table"
INBOXES = "user_message_table"
ARTICLES = "article_table"
ARTICLES_BY_AUTHOR = "article_by_author"
ARTICLES_SEARCH = "article_search"
OUTBOXES = "author_outbox_table"
JOBS = "fanout_job_table"
WORK = "work_table"
LOG = "user_message_log_table"
LOG_BY_ARTICLE = "user_message_log_by_article"
LOG_BY_TIME = "user_message_log_by_time"
LOG_LIKERS = "user_message_log_likers"
LOG_COLLECTED = "user_message_log_collected"
NEIGHBORS = "article_neighbor_table"
IDEMPOTENCY = "idempotency_table"
RATE_LIMITS = "rate_limit_table"
ORDERS = "reward_order_table"
ACCOUNTS = "account_table"
LEDGER = "ledger_table"
BLOCKS = "block_table"
HIDDEN = "hidden_table"
NOTIFICATIONS = "notification_table"
PULLS = "pull_author_table"
BANS = "ban_table"
AUDITS = "audit_table"

TABLES: tuple[Table, ...] = (
    Table(USERS, (("user_key", "STRING"),)),
    Table(
        RELATIONS,
        (("author_key", "STRING"), ("follower_key", "STRING")),
        # followed_ms stands only in rows that are on, so the indexes hold nobody who left
        columns=(("followed_ms", "INTEGER"),),
        indexes=(
            Index(RELATIONS_BY_AUTHOR, ("author_key", "followed_ms", "follower_key")),
            Index(RELATIONS_BY_FOLLOWER, ("follower_key", "followed_ms", "author_key")),
        ),
    ),
    # an entry outlives every inbox row that it hides, late puts included
    Table(SESSIONS, (("user_key", "STRING"),), ttl_s=91 * DAY_S),
    Table(
        INBOXES,
        (("user_key", "STRING"), ("sequence_id", "INTEGER"), ("message_id", "INTEGER")),
        ttl_s=90 * DAY_S,
    ),
    Table(
        ARTICLES,
        (("article_key", "STRING"),),
        # listed_ms stands only in rows that are not deleted
        columns=(
            ("author_key", "STRING"),
            ("listed_ms", "INTEGER"),
        ),
        indexes=(Index(ARTICLES_BY_AUTHOR, ("author_key", "listed_ms", "article_key")),),
        search=(
            SearchIndex(
                ARTICLES_SEARCH,
                (
                    ("state", "KEYWORD"),
                    ("published_ms", "LONG"),
                    ("reward_count", "LONG"),
                    ("comment_count", "LONG"),
                    ("like_count", "LONG"),
                    ("read_count", "LONG"),
                    ("trending", "LONG"),
                    ("title", "TEXT"),
                    ("text", "TEXT"),
                    ("author_id", "LONG"),
                    ("listed_ms", "LONG"),
                    ("article_key", "KEYWORD"),
                    ("version", "LONG"),
                ),
            ),
        ),
    ),
    Table(OUTBOXES, (("author_key", "STRING"), ("sequence_id", "INTEGER")), auto_increment="sequence_id"),
    Table(
        JOBS,
        (("article_key", "STRING"), ("delivery", "INTEGER"), ("shard", "INTEGER")),
        ttl_s=30 * DAY_S,
    ),
    Table(WORK, (("bucket", "STRING"), ("due_ms", "INTEGER"), ("kind", "STRING"), ("id", "STRING"))),
    Table(
        LOG,
        (("user_key", "STRING"), ("message_id", "INTEGER")),
        # like_ms stands only in rows with a like, so the index of likers holds nobody else; collect_ms likewise
        columns=(
            ("article_key", "STRING"),
            ("acted_ms", "INTEGER"),
            ("like_ms", "INTEGER"),
            ("collect_ms", "INTEGER"),
            ("acts", "INTEGER"),
        ),
        indexes=(
            Index(LOG_BY_ARTICLE, ("article_key", "user_key", "message_id"), ("acts",)),
            Index(LOG_BY_TIME, ("user_key", "acted_ms", "message_id"), ("acts",)),
            Index(LOG_LIKERS, ("article_key", "like_ms", "user_key", "message_id")),
            Index(LOG_COLLECTED, ("user_key", "collect_ms", "message_id")),
        ),
    ),
    Table(NEIGHBORS, (("article_key", "STRING"),), ttl_s=30 * DAY_S),
    Table(IDEMPOTENCY, (("user_key", "STRING"), ("key", "STRING")), ttl_s=DAY_S),
    # `who` is a user's key or a keyed hash of an address; a window's row is never read again when the window is over
    Table(RATE_LIMITS, (("who", "STRING"), ("budget", "STRING"), ("window", "INTEGER")), ttl_s=DAY_S),
    # money is kept for ever: a marker that expired would let a tip be credited again. Order ids are random themselves
    Table(ORDERS, (("order_id", "STRING"),)),
    Table(ACCOUNTS, (("user_key", "STRING"), ("bucket", "INTEGER"))),
    Table(LEDGER, (("user_key", "STRING"), ("at_ms", "INTEGER"), ("movement_id", "STRING"))),
    Table(BLOCKS, (("user_key", "STRING"), ("other_key", "STRING"))),
    Table(HIDDEN, (("user_key", "STRING"),)),
    Table(
        NOTIFICATIONS,
        (("user_key", "STRING"), ("at_ms", "INTEGER"), ("event", "STRING")),
        ttl_s=90 * DAY_S,
    ),
    # few rows under one key, which every instance keeps for seconds, and one that says when they have changed
    Table(BANS, (("bucket", "STRING"), ("user_key", "STRING"))),
    # what operators have done is kept for ever
    Table(AUDITS, (("target", "STRING"), ("at_ms", "INTEGER"), ("id", "STRING"))),
    # one row, which every instance keeps for seconds; its cells outlive the inbox rows that they may bring
    Table(PULLS, (("bucket", "STRING"),), ttl_s=91 * DAY_S),
)

READ_ONLY = frozenset({BANS})
"""What only operators write: a function's role may not."""

KEY_NAMES: dict[str, tuple[str, ...]] = {
    **{table.name: table.key_names for table in TABLES},
    **{index.name: index.keys for table in TABLES for index in table.indexes},
}
"""Key columns of every table and index, in order. Each index names all of its base table's key columns."""
