"""What of each table an export holds, in which file, and what that is, in English and Chinese."""

from __future__ import annotations

from dataclasses import dataclass

from feed.store import schema
from feed.store.rows import Row
from feed.store.traces import Person


@dataclass(frozen=True)
class Exported:
    """`whose` is the column that makes a row the person's; `own`: it is the first of the key, so one partition has all.

    `hidden` are columns that are not the person's to see, or say nothing: by name, or by how it begins where it ends
    with an underscore; `payers` are for who has paid. `columns` are enough to find the rows.
    """

    table: str
    file: str
    english: str
    chinese: str
    whose: tuple[str, ...] = ("user_key",)
    own: bool = True
    hidden: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    payers: tuple[str, ...] = ()

    def is_theirs(self, row: Row, person: Person) -> bool:
        return any(person.is_named(row.get(name)) for name in self.whose)

    def hides(self, name: str, row: Row, person: Person) -> bool:
        hidden = any(name.startswith(each) if each.endswith("_") else name == each for each in self.hidden)
        return hidden or (name in self.payers and not person.is_named(row["payer_id"]))


EXPORTED = (
    Exported(schema.USERS, "profile.jsonl", "profile and counters", "个人资料和计数"),
    Exported(
        schema.ARTICLES,
        "articles.jsonl",
        "articles, deleted ones without their text; the text of each is in articles/",
        "文章（已删除的没有正文）；正文见 articles/ 目录",
        whose=("author_id",),
        own=False,
        hidden=("taken_", "text", "author_key", "recounts"),
        columns=("author_id",),
    ),
    Exported(schema.OUTBOXES, "releases.jsonl", "when which article was published", "文章的发布记录", ("author_key",)),
    Exported(
        schema.RELATIONS,
        "following.jsonl",
        "whom you follow, and since when; without followed_ms, whom you have just left",
        "关注的作者和时间；没有 followed_ms 的是刚取消的关注",
        ("follower_key",),
        own=False,
        hidden=("seen_day", "warm_ms"),
    ),
    Exported(
        schema.RELATIONS,
        "followers.jsonl",
        "who follows you, and since when",
        "关注你的人和时间",
        ("author_key",),
        hidden=("seen_day", "warm_ms"),
    ),
    Exported(schema.BLOCKS, "blocks.jsonl", "whom you have blocked", "你屏蔽的人"),
    Exported(
        schema.HIDDEN,
        "hidden.jsonl",
        "whom you have blocked, as lists use it",
        "列表所用的屏蔽名单",
        hidden=("t_",),
    ),
    Exported(
        schema.SESSIONS,
        "reading.jsonl",
        "how far you have read; f_ID: whether you follow ID; late_ID, p_ID: what came late or was fetched",
        "阅读进度；f_ID：是否关注该作者；late_ID、p_ID：迟到或补取的内容",
    ),
    Exported(schema.INBOXES, "timeline.jsonl", "articles that have come to your timeline", "时间线收到的文章"),
    Exported(
        schema.LOG,
        "acts.jsonl",
        "what you have read, liked, commented, collected, tipped",
        "阅读、点赞、评论、收藏、打赏",
    ),
    Exported(schema.NOTIFICATIONS, "notifications.jsonl", "what you were told of", "收到的通知"),
    Exported(
        schema.ORDERS,
        "orders.jsonl",
        "tips that you have paid or were to get, in fen",
        "你支付或应收的打赏订单（单位：分）",
        ("payer_id", "author_id"),
        own=False,
        hidden=("trace", "suspect", "suspect_trade_no", "asked", "bucket"),
        payers=("pay_url", "trade_no"),
    ),
    Exported(
        schema.ACCOUNTS,
        "account.jsonl",
        "your balance by month, in fen, and the orders in it",
        "每月余额（单位：分）及其订单",
    ),
    Exported(schema.LEDGER, "ledger.jsonl", "every movement of your account, in fen", "账户的每笔变动（单位：分）"),
    Exported(schema.IDEMPOTENCY, "requests.jsonl", "repeatable requests of the last day", "最近一天的可重复请求"),
    Exported(schema.RATE_LIMITS, "limits.jsonl", "how often you have used what is limited", "限额的使用次数", ("who",)),
    Exported(
        schema.BANS,
        "closed.jsonl",
        "whether your account was closed or signed out, and when",
        "账户是否被关闭或登出，以及时间",
        own=False,
        hidden=("by", "why", "bucket"),
    ),
)

NOT_EXPORTED = {
    schema.JOBS: "how far deliveries of articles have come",
    schema.WORK: "what is to be done within minutes",
    schema.NEIGHBORS: "made every night from everybody's acts",
    schema.PULLS: "how far outboxes have come",
    schema.AUDITS: "the operators' record of their own acts",
}
"""Tables of which nothing is told, and why."""

_README = """# Data of user {user_id} / 用户 {user_id} 的数据

Each file holds one JSON object per line, one line per row; times that end in `_ms` are milliseconds since 1970, UTC.
Of other people there are ids only. `manifest.json` counts the rows. An empty file: there is nothing of the kind.

每个文件一行一个 JSON 对象；以 `_ms` 结尾的时间是自 1970 年起的毫秒数（UTC）。其他人只以编号出现。
`manifest.json` 是行数统计。空文件表示没有此类数据。

| file / 文件 | what it holds | 内容 |
|---|---|---|
{files}
"""


def explained(user_id: int) -> str:
    """The archive's own page, in both languages."""
    files = "\n".join(f"| {each.file} | {each.english} | {each.chinese} |" for each in EXPORTED)
    return _README.format(user_id=user_id, files=files)
