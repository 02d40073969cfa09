"""A visitor notices what goes wrong: these are what fails every other test here."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from commands.local_cloud import LocalCloud
from tests.browser.visitor import Visitors

COMPLAINTS = {
    "said": "console.error('said')",
    "thrown": "await new Promise((done) => setTimeout(() => { setTimeout(done); throw new Error('thrown') }))",
    "answered 404": "await fetch('/v1/nothing')",
    "violates": "await fetch('http://127.0.0.1:1/').catch(() => {})",
    "nobody": "document.body.append(Object.assign(new Image(), { src: 'https://nobody.invalid/x.png' }))",
    "popup": "const other = open('/hot'); await new Promise((done) => (other.onload = done));"
    "other.console.error('popup')",
}
FAULTS = {
    "image-alt": "document.querySelector('main').innerHTML = '<img src=/icon.svg>'",
    "color-contrast": "document.querySelector('main').innerHTML = '<p class=faint>words to read</p>';"
    "document.querySelector('.faint').style.cssText = 'color: #999; background: #aaa'",
    "pixels too wide": "document.body.style.minWidth = '3000px'",
}


@pytest.mark.browser
@pytest.mark.parametrize("words", COMPLAINTS)
def test_what_a_page_complains_of_fails(words: str, cloud: LocalCloud, chromium: Browser) -> None:
    visitors = Visitors(cloud.api, cloud.api, chromium)
    visitor = visitors.open()
    visitor.go("/hot").evaluate(f"async () => {{ {COMPLAINTS[words]} }}")
    visitor.settled()
    with pytest.raises(AssertionError, match=words):
        visitors.close()


@pytest.mark.browser
@pytest.mark.parametrize("words", FAULTS)
def test_what_keeps_people_out_fails(words: str, visitors: Visitors) -> None:
    visitor = visitors.open()
    visitor.go("/hot").evaluate(f"() => {{ {FAULTS[words]} }}")
    with pytest.raises(AssertionError, match=words):
        visitor.check()
