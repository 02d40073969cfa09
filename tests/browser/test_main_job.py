"""The main job by clicks: follow, write, schedule, read, like, tip and pay, be told, withdraw while the other reads."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from commands.demo.people import PEOPLE
from commands.local_cloud import LocalCloud
from tests.browser.conftest import tick
from tests.browser.visitor import Size, Visitor, Visitors

NAMES = {person.id: person.nickname for person in PEOPLE}


def write(page: Page, title: str, *paragraphs: str) -> None:
    page.get_by_role("link", name="写文章").click()
    page.get_by_label("标题", exact=True).fill(title)
    text = page.get_by_role("textbox", name="正文")
    text.click()
    for number, paragraph in enumerate(paragraphs):
        if number:
            page.keyboard.press("Enter")
        page.keyboard.type(paragraph)


def publish(page: Page, title: str) -> None:
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize(("size", "author", "reader"), [("desktop", 4, 11), ("phone", 10, 7)])
def test_two_people(size: Size, author: int, reader: int, cloud: LocalCloud, visitors: Visitors) -> None:
    writes, reads = visitors.open(author, size), visitors.open(reader, size)
    reads.page.clock.install()

    follows(reads, author)
    reads.page.get_by_role("link", name="首页").click()
    reads.settled()

    title = f"雨后的山 {size}"
    page = writes.go("/")
    write(page, title, "雨后的山，像洗过的砚台。", "墨还没有研，云已经写满了。")
    writes.check()
    publish(page, title)
    cloud.wait_idle()
    expect(page.locator(".prose p")).to_have_count(2)
    writes.check()

    sees_what_is_new(reads, title)
    schedules(cloud, writes, reads, author, f"明早的茶 {size}")
    reads_and_likes(reads, title)
    tips(cloud, reads)
    is_told(writes, reader, title)
    withdraws_while_the_other_reads(writes, reads, title)


def follows(reads: Visitor, author: int) -> None:
    page = reads.go(f"/users/{author}")
    page.get_by_role("button", name=f"关注 {NAMES[author]}").click()
    expect(page.get_by_role("button", name=re.compile(f"(已关注|互相关注) {NAMES[author]}"))).to_be_visible()
    expect(page.get_by_text(f"已关注{NAMES[author]}，")).to_be_visible()
    reads.check()


def sees_what_is_new(reads: Visitor, title: str) -> None:
    """The badge comes by itself, half a minute later at the latest; nothing moves before it is pressed."""
    page = reads.page
    expect(page.get_by_role("link", name=title)).to_have_count(0)
    page.clock.fast_forward(61_000)
    badge = page.get_by_role("button", name="1 篇新文章")
    expect(badge).to_be_visible()
    reads.check()
    badge.click()
    expect(page.locator(".card h2").first).to_have_text(re.compile(title))
    expect(badge).to_have_count(0)


def schedules(cloud: LocalCloud, writes: Visitor, reads: Visitor, author: int, title: str) -> None:
    page = writes.page
    write(page, title, "水要等它自己凉。")
    page.get_by_label("定时发布").check()
    page.get_by_label("发布时间").fill(f"{datetime.now() + timedelta(seconds=4):%Y-%m-%dT%H:%M:%S}")
    writes.check()
    page.get_by_role("button", name="定时", exact=True).click()
    expect(page.get_by_text(re.compile("将于 .* 发布")).first).to_be_visible()
    expect(reads.go(f"/users/{author}").get_by_role("link", name=title)).to_have_count(0)

    released = page.get_by_text("已送达")
    for _ in range(30):
        tick(cloud, "scheduled-publish")
        page.reload()
        writes.settled()
        if released.is_visible():
            break
    expect(released).to_be_visible()
    expect(reads.go("/").get_by_role("link", name=title)).to_be_visible()


def reads_and_likes(reads: Visitor, title: str) -> None:
    page = reads.page
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()
    reads.settled()
    for act in ("赞", "收藏"):
        button = page.get_by_role("button", name=act, exact=True)
        button.click()
        expect(page.get_by_role("button", name=re.compile(f"^{act}"), pressed=True)).to_be_visible()
    reads.check()


def tips(cloud: LocalCloud, reads: Visitor) -> None:
    page = reads.page
    page.get_by_role("button", name="打赏").click()
    page.get_by_text("¥10", exact=True).click()
    page.get_by_label("留言（可不填）").fill("茶钱")
    reads.check()
    page.get_by_role("button", name="去付款").click()
    expect(page.get_by_role("heading", level=1, name="等待付款")).to_be_visible()
    reads.check()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="打开支付宝付款").click()
    cashier = opened.value
    cashier.locator("button.first").click()
    # Alipay may send the browser back before it has told us; the order's page follows there too
    cashier.wait_for_url(re.compile(f"^{re.escape(reads.site)}/tips/[0-9a-f]+$"))
    expect(cashier.get_by_role("heading", level=1, name="打赏成功")).to_be_visible()
    reads.check(cashier)
    cashier.close()
    cloud.wait_idle()
    page.clock.fast_forward(2_500)
    expect(page.get_by_role("heading", level=1, name="打赏成功")).to_be_visible()
    expect(page.get_by_text("¥10.00")).to_be_visible()
    reads.check()
    page.get_by_role("link", name="回到文章").click()


def is_told(writes: Visitor, reader: int, title: str) -> None:
    page = writes.go("/notifications")
    told = page.get_by_role("list", name="通知")
    for words in (f"赞了《{title}》", f"打赏了《{title}》 ¥10.00", "关注了你"):
        notice = told.get_by_role("listitem").filter(has_text=words).filter(has_text=NAMES[reader])
        expect(notice.first).to_be_visible()
    writes.check()
    page = writes.go("/account")
    expect(page.locator(".balance")).to_contain_text("¥10.00")
    expect(page.locator(".entry").first).to_contain_text("茶钱")
    writes.check()


def withdraws_while_the_other_reads(writes: Visitor, reads: Visitor, title: str) -> None:
    expect(reads.page.get_by_role("heading", level=1, name=title)).to_be_visible()
    reads.settled()
    writes.go("/me").get_by_role("link", name="我的主页").click()
    writes.page.get_by_role("link", name=title).click()
    writes.page.get_by_role("button", name="撤回").click()
    expect(writes.page.get_by_text("仅自己可见").first).to_be_visible()
    writes.check()

    with reads.expecting(404):
        reads.page.wait_for_timeout(
            2_100
        )  # other instances may hold its card for two seconds: the contract's own figure
        reads.page.get_by_role("button", name=re.compile("^收藏")).click()
        expect(reads.page.get_by_role("heading", level=1, name="这篇文章不在了")).to_be_visible()
    reads.check()
    reads.page.get_by_role("main").get_by_role("link", name="回到首页").click()
    expect(reads.page.locator(".card").first).to_be_visible()
    expect(reads.page.get_by_role("link", name=title)).to_have_count(0)
