"""scripts/token: what it prints is believed by the local stack, and its key stays where it was made."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from commands import token
from feed.config import Settings
from feed.edge import auth
from feed.errors import SignIn
from tests.unit.tokens import with_jwks


def local_settings(local: Path) -> Settings:
    return with_jwks(token.local_jwks(local))._replace(jwt_issuer=token.ISSUER, jwt_audience=token.AUDIENCE)


def caller(text: str, local: Path) -> int | None:
    bearer = auth.bearer_of({"authorization": f"Bearer {text}"}, local_settings(local), int(time.time() * 1000))
    return bearer.user_id if bearer is not None else None


def test_a_token_names_its_user(tmp_path: Path) -> None:
    assert caller(token.sign(7, local=tmp_path), tmp_path) == 7


def test_a_token_may_have_expired_already(tmp_path: Path) -> None:
    with pytest.raises(SignIn, match="expired"):
        caller(token.sign(7, -120, tmp_path), tmp_path)


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = token.local_jwks(tmp_path)
    assert token.local_jwks(tmp_path) == first
    (key,) = (tmp_path / "jwt").iterdir()
    assert key.stat().st_mode & 0o777 == 0o600
    assert '"d"' not in first


def test_another_checkouts_token_is_not_believed(tmp_path: Path) -> None:
    with pytest.raises(SignIn):
        caller(token.sign(7, local=tmp_path / "other"), tmp_path / "mine")


def test_the_command_prints_one_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(token, "LOCAL", tmp_path)
    assert token.main(["7", "--expires", "60"]) == 0
    assert caller(capsys.readouterr().out.rstrip("\n"), tmp_path) == 7


def test_an_operators_token_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(token, "LOCAL", tmp_path)
    scopes = []
    for arguments in (["7"], ["7", "--operator"]):
        assert token.main(arguments) == 0
        headers = {"authorization": f"Bearer {capsys.readouterr().out.rstrip()}"}
        bearer = auth.bearer_of(headers, local_settings(tmp_path), int(time.time() * 1000))
        assert bearer is not None
        scopes.append(bearer.scopes)
    assert scopes == [frozenset(), frozenset({"operator"})]


@pytest.mark.parametrize("user", ["0", "-1", "9007199254740992"])
def test_an_id_that_no_user_has_is_refused(user: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert token.main([user]) == 2
    assert capsys.readouterr().err == f"The user id {user} is not between 1 and 9007199254740991.\n"


@pytest.mark.parametrize("life", ["0", "-5", "1.5"])
def test_a_token_that_is_dead_at_once_is_refused(life: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left_with:
        token.main(["7", f"--expires={life}"])
    assert left_with.value.code == 2
    assert "a life is a whole number of seconds above 0" in capsys.readouterr().err


def test_a_reader_who_has_gone_is_no_fault_of_the_key(tmp_path: Path) -> None:
    code = "import pathlib, sys; from commands import token; token.LOCAL = pathlib.Path(sys.argv[1]); "
    reading, writing = os.pipe()
    os.close(reading)
    try:
        command = [sys.executable, "-c", f"{code}sys.exit(token.main(['7']))", str(tmp_path)]
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
