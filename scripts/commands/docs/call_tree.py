"""The recorded calls of a story: as docs/call-tree.json keeps them, and as a tree of text with what each took."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Node:
    """One invocation, what it asked of Tablestore itself, and what it led to; `tables` counts requests by table."""

    function: str
    call: str
    requests: int
    read_cu: int
    write_cu: int
    tables: dict[str, int]
    children: tuple[Node, ...] = ()

    @classmethod
    def of(cls, document: dict[str, Any]) -> Node:
        return cls(**{**document, "children": tuple(map(cls.of, document["children"]))})

    def all(self) -> Iterator[Node]:
        """Itself and all that it led to, each before what it led to itself."""
        yield self
        for child in self.children:
            yield from child.all()


@dataclass(frozen=True)
class Scene:
    title: str
    roots: tuple[Node, ...]


@dataclass(frozen=True)
class Recorded:
    """A story, with how many followers the author has, and an invocation and a delivery of the fan-out may take."""

    followers: int
    batch_followers: int
    width: int
    scenes: tuple[Scene, ...]

    @classmethod
    def of(cls, text: str) -> Recorded:
        document = json.loads(text)
        scenes = (Scene(each["title"], tuple(map(Node.of, each["roots"]))) for each in document.pop("scenes"))
        return cls(**document, scenes=tuple(scenes))

    def text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"


def lines(scenes: Sequence[Scene]) -> list[list[str]]:
    """Of each scene, a line for each invocation. Figures stand in columns; tables only with the first of a function."""
    rows = [[row for root in scene.roots for row in _rows(root, "", "")] for scene in scenes]
    rows = [each + [(f"{len(each)} invocations", _total(each))] * (len(each) > 1) for each in rows]
    widest = max(len(words) for each in rows for words, _ in each)
    return [list(_shown(each, widest)) for each in rows]


def _rows(node: Node, first: str, rest: str) -> Iterator[tuple[str, Node]]:
    """`first` stands before the node's own line, `rest` before those of what it led to."""
    yield f"{first}{node.function}  {node.call}", node
    for child in node.children:
        last = child is node.children[-1]
        yield from _rows(child, f"{rest}{'└─ ' if last else '├─ '}", f"{rest}{'   ' if last else '│  '}")


def _total(rows: Sequence[tuple[str, Node]]) -> Node:
    """What they took in all, as one without a name or tables."""
    nodes = [node for _, node in rows]
    requests, read_cu, write_cu = (
        sum(getattr(node, name) for node in nodes) for name in ("requests", "read_cu", "write_cu")
    )
    return Node("", "", requests, read_cu, write_cu, {})


def _shown(rows: Sequence[tuple[str, Node]], widest: int) -> Iterator[str]:
    named: set[str] = set()
    for words, node in rows:
        figures = f"{node.requests:3} requests {node.read_cu:4} read CU {node.write_cu:4} write CU"
        tables = "" if node.function in named else _tables(node)
        named.add(node.function)
        yield f"{words:{widest}} {figures}{tables}"


def _tables(node: Node) -> str:
    """Most asked first."""
    ranked = sorted(node.tables.items(), key=lambda item: (-item[1], item[0]))
    words = (f"{name.removesuffix('_table')}{f' {count}' * (count > 1)}" for name, count in ranked)
    return f"   {', '.join(words)}" if ranked else ""
