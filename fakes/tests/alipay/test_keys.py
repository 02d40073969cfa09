"""The folder of keys: made once, for its owner alone, and never with a real key in it."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from alifakes.alipay.keys import MARK, Keys, RealKeyError, make_keys
from alifakes.alipay.signing import sign_text, verifies

NAMES = {"app_private.pem", "app_public.pem", "alipay_private.pem", "alipay_public.pem"}


def test_are_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "keys"
    keys = make_keys(folder)
    assert make_keys(folder) == keys
    assert {file.name for file in folder.iterdir()} == NAMES
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.read_text().startswith(f"{MARK}\n-----BEGIN ")


def test_are_two_pairs(keys: Keys) -> None:
    for private, public in ((keys.app_private, keys.app_public), (keys.alipay_private, keys.alipay_public)):
        assert verifies("text", sign_text("text", private), public)
    assert not verifies("text", sign_text("text", keys.app_private), keys.alipay_public)


def test_two_that_start_together_get_the_same(tmp_path: Path) -> None:
    made: list[Keys] = []
    start = threading.Barrier(2)

    def make() -> None:
        start.wait()
        made.append(make_keys(tmp_path))

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made[0] == made[1]
    assert {file.name for file in tmp_path.iterdir()} == NAMES


@pytest.mark.parametrize("name", ["app_private.pem", "alipay_public.pem", "merchant.pem"])
def test_a_key_without_the_mark_is_refused(tmp_path: Path, keys: Keys, name: str) -> None:
    (tmp_path / name).write_text(keys.app_private)
    with pytest.raises(RealKeyError, match=f"{name} looks like a real key"):
        make_keys(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_key_with_another_comment_is_refused(tmp_path: Path, keys: Keys) -> None:
    (tmp_path / "app_private.pem").write_text(f"# of our application\n{keys.app_private}")
    with pytest.raises(RealKeyError):
        make_keys(tmp_path)


def test_a_mark_over_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "app_private.pem").write_text(f"{MARK}\nnothing")
    with pytest.raises(RealKeyError):
        make_keys(tmp_path)


def test_a_public_key_of_another_pair_is_refused(tmp_path: Path, keys: Keys) -> None:
    make_keys(tmp_path)
    (tmp_path / "alipay_public.pem").write_text(f"{MARK}\n{keys.alipay_public}")
    with pytest.raises(RealKeyError, match="is not the public key of"):
        make_keys(tmp_path)
