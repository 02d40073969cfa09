"""The main job, operation by operation: follow, publish, fan-out, read."""

from __future__ import annotations

from tests.steps import Product

AUTHOR = 1


def test_an_article_reaches_every_follower_once(product: Product) -> None:
    followers = list(range(2, 12))
    product.given_people(AUTHOR, *followers)
    for follower in followers:
        assert product.follow(follower, AUTHOR)["status"] == 1
    article = product.publish(AUTHOR)["id"]
    assert product.settle() >= 4
    for follower in followers:
        assert product.followed(follower) == [article]
