"""Files beside the API: what a browser gets, what nobody gets, and that functions come first."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from alifakes.function_compute import FunctionComputeFake
from alifakes.function_compute.static_files import StaticFiles
from alifakes.server import Request

VISIT = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    outer = tmp_path_factory.mktemp("outer")
    (outer / "secret.txt").write_text("secret")
    inner = outer / "web"
    (inner / "parts").mkdir(parents=True)
    (inner / "index.html").write_text("<!doctype html><title>首页</title>")
    (inner / "app.js").write_text("export {}")
    (inner / "parts" / "logo.svg").write_text("<svg/>")
    (inner / ".hidden").write_text("hidden")
    (inner / "way-out.txt").symlink_to(outer / "secret.txt")
    return inner


@pytest.fixture(scope="module")
def files(folder: Path) -> StaticFiles:
    headers = {"X-Content-Type-Options": "nosniff"}
    return StaticFiles(folder, headers=headers, made={"/config.json": lambda: b"{}"}, api="/things")


@pytest.fixture(scope="module")
def site(files: StaticFiles, sample: Path, layers: dict[str, Path]) -> Iterator[str]:
    with FunctionComputeFake(
        sample / "s.yaml", layers=layers, routes=sample / "openapi.yaml", static=files, timers=False
    ) as fake:
        yield fake.api_endpoint


def raw(site: str, path: str, method: str = "GET") -> int:
    """The status of a path that is sent as it is: clients put away `..` before they ask."""
    connection = http.client.HTTPConnection(urlsplit(site).netloc)
    connection.putrequest(method, path, skip_accept_encoding=True)
    connection.putheader("accept", VISIT["accept"])
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


def test_files_go_out_with_their_type_and_the_headers(site: str) -> None:
    for path, kind in {
        "/": "text/html; charset=utf-8",
        "/index.html": "text/html; charset=utf-8",
        "/app.js?v=1": "text/javascript; charset=utf-8",
        "/parts/logo.svg": "image/svg+xml",
        "/config.json": "application/json",
    }.items():
        answer = requests.get(site + path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-cache"
    assert "首页" in requests.get(site).content.decode()


def test_functions_come_first(site: str) -> None:
    assert requests.get(f"{site}/things/special", headers=VISIT).text == "just text"
    assert requests.delete(f"{site}/things/1").status_code == 405


def test_what_a_browser_has_is_not_sent_again(site: str, folder: Path) -> None:
    tag = requests.get(f"{site}/app.js").headers["etag"]
    again = requests.get(f"{site}/app.js", headers={"if-none-match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    (folder / "app.js").write_text("export default 1")
    assert requests.get(f"{site}/app.js", headers={"if-none-match": tag}).text == "export default 1"


def test_head_is_get_without_a_body_and_nothing_else_is_allowed(site: str) -> None:
    got, asked = requests.get(f"{site}/app.js"), requests.head(f"{site}/app.js")
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["etag"] == got.headers["etag"]
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = requests.request(method, f"{site}/app.js")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_visit_to_a_path_of_the_scripts_gets_the_index(site: str) -> None:
    assert requests.get(f"{site}/articles/7", headers=VISIT).text.startswith("<!doctype html>")
    assert requests.get(f"{site}/articles/7").json()["error"]["code"] == "not_found"
    assert requests.get(f"{site}/missing.js", headers=VISIT).status_code == 404
    assert requests.post(f"{site}/articles/7", headers=VISIT).status_code == 404


@pytest.mark.parametrize("path", ["/things/1/2/3", "/%74hings/1/2/3", "/things/"])
def test_an_address_of_the_api_is_never_a_page(site: str, path: str) -> None:
    answer = requests.get(site + path, headers=VISIT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert requests.get(f"{site}/thingses", headers=VISIT).text.startswith("<!doctype html>")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/parts/..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        "/parts/../../secret.txt",
        "//secret.txt",
        "/way-out.txt",
        "/.hidden",
        "/app.js%00.html",
        "/parts",
        "/etc/passwd.txt",
        "//etc/passwd.txt",
    ],
)
def test_nothing_outside_the_folder_is_served(site: str, path: str) -> None:
    assert raw(site, path) == (200 if path == "/parts" else 404)
    assert requests.get(f"{site}/parts").status_code == 404, "a folder is no file"


@pytest.mark.parametrize("path", ["//etc/passwd", "/../web/app.js", "/\0"])
def test_no_file_is_found_by_an_absolute_or_a_climbing_path(files: StaticFiles, path: str) -> None:
    assert files.answer(Request("GET", path, {}, b"", "127.0.0.1")) is None


@pytest.mark.parametrize("path", ["/_console/", "/_fake/clock", "/%5Fconsole/", "/_console"])
def test_what_the_other_port_has_is_not_the_site(site: str, path: str) -> None:
    answer = requests.get(site + path, headers=VISIT, timeout=20)
    assert answer.status_code == 404
    assert "on a port of their own" in answer.json()["error"]["message"]
