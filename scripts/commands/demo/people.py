"""The demo's people and who follows whom."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """`follows` are ids; the user id is the `sub` of the person's token."""

    id: int
    nickname: str
    follows: tuple[int, ...]


PEOPLE: tuple[Person, ...] = (
    Person(1, "林小满", (2, 3, 4, 6, 8, 11)),
    Person(2, "Ada Whitcombe", (1, 3, 5, 7, 9)),
    Person(3, "周砚", (1, 2, 4, 6, 10)),
    Person(4, "Tomás Rey", (1, 2, 5, 8, 12)),
    Person(5, "何处听雨", (1, 3, 6, 8, 9, 11)),
    Person(6, "Ingrid Moe", (1, 2, 4, 7)),
    Person(7, "陈一苇", (1, 2, 3, 5, 6, 8)),
    Person(8, "Bo the Baker", (1, 4, 6, 9, 10)),
    Person(9, "山那边的猫", (1, 2, 5, 7, 8)),
    Person(10, "Priya Raman", (1, 2, 3, 6, 8)),
    Person(11, "阿棠", (1, 3, 5, 8)),
    Person(12, "Newcomer 小白", (1, 2, 8, 3)),
)
