"""scripts/deploy against a stand-in for `s`: the whole road, a step that fails, a repetition, and the way back."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from commands.deploy import command as deploy
from commands.deploy import smoke
from commands.deploy.releases import Releases
from commands.project_files import EXAMPLE
from commands.running import ROOT
from feed import VERSION

STAND_IN = r"""#!/bin/sh
layers="$FEED_ALIPAY_LAYER $FEED_CORE_LAYER $FEED_TRAIN_LAYER $FEED_VENDOR_LAYER"
printf '%s\t%s\t%s\t%s\n' "${0##*/} $*" "$PWD" "$layers" "$OTS_ENDPOINT" >>"$CALLS"
case " $* " in
    *" $FAILS "*)
        echo "the cloud says no" >&2
        exit 1 ;;
    *" layer publish "*)
        echo "layerVersionArn: acs:fc:cn-hangzhou:1:layers/$8/versions/$(grep -c " publish .* $8 " "$CALLS")" ;;
    *" --out "*)
        mkdir -p "$4"
        echo "$CORE" >"$4/feed-core-python3.12.zip"
        for name in vendor alipay train; do echo "$name" >"$4/feed-$name-python3.12.zip"; done ;;
esac
"""
"""Says its command, folder, the layers' versions and Tablestore's address; publishes, and builds."""
FUNCTIONS = len(list((ROOT / "functions").glob("*/index.py")))
FIRST = ["fanout-batch", "rebuild-inbox", "erase-user", "scheduled-publish", "sweep", "train-recommendations"]


@dataclass(frozen=True)
class Said:
    command: str
    folder: str
    layers: str
    tables: str


class Cloud:
    """What the stand-ins were told."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._file = root / "calls"

    def calls(self) -> list[Said]:
        lines = self._file.read_text().splitlines() if self._file.exists() else []
        return [Said(*line.split("\t")) for line in lines]

    def forget(self) -> None:
        self._file.unlink()

    def published(self) -> list[str]:
        return [call.command.split()[8] for call in self.calls() if " layer publish " in call.command]

    def deployed(self) -> list[str]:
        return [call.command.split()[1] for call in self.calls() if " deploy " in call.command]

    def releases(self) -> Releases:
        return Releases(self.root / ".deploy" / f"s-{EXAMPLE['FEED_ACCOUNT']}-cn-hangzhou")


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    root = tmp_path / "checkout"
    root.mkdir()
    for file in ("s.yaml", "s.prod.yaml", "s.fc2.yaml", "openapi.json"):
        shutil.copy(ROOT / file, root)
    for folder in ("functions", "deploy", "layers"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("python", "__pycache__"))
    for program in (root / "bin" / "s", root / "scripts" / "build_layers", root / "scripts" / "tables"):
        program.parent.mkdir(exist_ok=True)
        program.write_text(STAND_IN)
        program.chmod(0o755)
    for name, value in {**EXAMPLE, **dict.fromkeys(deploy.NEEDED[:2], "secret")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", f"{root / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("FAILS", "-")
    monkeypatch.setenv("CALLS", str(root / "calls"))
    monkeypatch.setattr(deploy, "ROOT", root)
    return Cloud(root)


@pytest.fixture
def api() -> Iterator[str]:
    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = {"/healthz": {"status": "ok", "version": VERSION}, "/v1/timeline": {"items": []}}
            body = json.dumps(page[self.path.partition("?")[0]]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Api) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_whole_road_is_gone_in_order(cloud: Cloud, api: str) -> None:
    assert deploy.main(["--api", api, "--tables-endpoint", "https://public.example"]) == 0
    calls = cloud.calls()
    assert [call.command.split()[0] for call in calls[:2]] == ["build_layers", "tables"]
    assert cloud.published() == ["feed-alipay", "feed-core", "feed-train", "feed-vendor"]
    assert cloud.deployed()[: len(FIRST)] == FIRST
    assert len(cloud.deployed()) == FUNCTIONS
    assert [call.tables for call in calls[1:3]] == ["https://public.example", EXAMPLE["OTS_ENDPOINT"]]
    assert {call.layers for call in calls[6:]} == {"1 1 1 1"}
    (release,) = cloud.releases().all()
    assert release.finished


def test_a_dry_run_says_every_command_and_does_nothing(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy.main(["--dry-run", "--file", "s.prod.yaml", "--api", "https://api.example"]) == 0
    said = capsys.readouterr().out
    assert "s cli fc3 layer publish --region cn-hangzhou --layer-name feed-core --code" in said
    assert "s publish deploy -t s.prod.yaml -y" in said
    assert f"commands.deploy.smoke https://api.example {VERSION}" in said
    assert cloud.calls() == []
    assert not (cloud.root / ".deploy").exists()


def test_fc_2_is_deployed_with_its_own_component_and_python(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    assert deploy.main(["--dry-run", "--file", "s.fc2.yaml"]) == 0
    said = capsys.readouterr().out
    assert "build_layers --python 3.10" in said
    assert "s cli fc layer publish --region cn-hangzhou --layer-name feed-core" in said
    assert "feed-core-python3.10.zip --compatible-runtime python3.10" in said
    assert "s publish deploy -t s.fc2.yaml -y" in said
    assert cloud.calls() == []


def test_a_repetition_publishes_only_layers_that_changed(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    assert deploy.main([]) == 0
    cloud.forget()
    assert deploy.main([]) == 0
    assert cloud.published() == []
    monkeypatch.setenv("CORE", "new")
    assert deploy.main([]) == 0
    assert cloud.published() == ["feed-core"]
    assert len(cloud.deployed()) == 2 * FUNCTIONS


def test_a_failure_stops_and_says_what_was_done_and_how_to_go_on(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAILS", "sweep")
    assert deploy.main([]) == 1
    said = capsys.readouterr().err
    assert cloud.deployed() == FIRST[: FIRST.index("sweep") + 1]
    assert "Stopped at: deploy the function sweep\n    s sweep deploy -t s.yaml -y\n" in said
    assert "    deploy the function scheduled-publish\nLayers: FEED_ALIPAY_LAYER=1 FEED_CORE_LAYER=1" in said
    assert "Go back: there is no release before." in said
    cloud.forget()
    monkeypatch.setenv("FAILS", "-")
    assert deploy.main([]) == 0
    assert cloud.published() == []
    assert len(cloud.deployed()) == FUNCTIONS


def test_an_answer_without_a_version_is_a_failure(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    (cloud.root / "bin" / "s").write_text(STAND_IN.replace("/versions/", "/"))
    assert deploy.main([]) == 1
    assert "no version of feed-alipay in this answer" in capsys.readouterr().err
    assert cloud.deployed() == []


def test_a_build_without_a_layers_archive_is_a_failure(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    (cloud.root / "scripts" / "build_layers").write_text("#!/bin/sh\n")
    assert deploy.main([]) == 1
    assert "feed-alipay-python3.12.zip\n\nStopped at: publish the layer feed-alipay" in capsys.readouterr().err
    assert cloud.published() == []


def test_the_smoke_test_after_the_way_back_asks_for_the_version_of_then(
    cloud: Cloud, api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deploy.main([]) == 0
    monkeypatch.setattr(deploy, "VERSION", "0.0.0")
    assert deploy.main([]) == 0
    assert deploy.main(["--rollback", "--api", api]) == 0
    assert [release.version for release in cloud.releases().all()] == [VERSION, "0.0.0"]


def test_another_version_fails_the_smoke_test(api: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert smoke.main([api, "0.0.0"]) == 1
    assert "not the version 0.0.0 that was deployed" in capsys.readouterr().err


def test_the_way_back_deploys_what_stood_before(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = cloud.root / "functions" / "sweep" / "index.py"
    before = entry.read_text()
    assert deploy.main([]) == 0
    order = cloud.deployed()
    monkeypatch.setenv("CORE", "worse")
    entry.write_text(before + "# worse\n")
    assert deploy.main([]) == 0
    assert cloud.calls()[-1].layers == "1 2 1 1"
    cloud.forget()

    assert deploy.main(["--rollback"]) == 0
    assert cloud.deployed() == order[::-1]
    assert {call.layers for call in cloud.calls()} == {"1 1 1 1"}
    (folder,) = {Path(call.folder) for call in cloud.calls()}
    assert (folder / "functions" / "sweep" / "index.py").read_text() == before
    assert deploy.main(["--rollback"]) == 1, "nothing stands before the first release"


def test_after_a_failure_the_way_back_leads_to_the_last_whole_release(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deploy.main([]) == 0
    monkeypatch.setenv("CORE", "worse")
    monkeypatch.setenv("FAILS", "timeline")
    assert deploy.main([]) == 1
    assert "Go back: scripts/deploy --rollback deploys release 1 again." in capsys.readouterr().err
    cloud.forget()
    assert deploy.main(["--rollback"]) == 1, "the way back may fail too, and is tried again"
    monkeypatch.setenv("FAILS", "-")
    assert deploy.main(["--rollback"]) == 0
    assert {call.layers for call in cloud.calls()} == {"1 1 1 1"}
    assert [release.withdrawn for release in cloud.releases().all()] == [False, True]


def test_what_is_missing_is_said_before_anything_is_done(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("FEED_ROLE")
    assert deploy.main([]) == 1
    assert capsys.readouterr().err == "Set FEED_ROLE; docs/deploying.md says to what.\n"
    monkeypatch.setenv("FEED_ROLE", "acs:ram::1:role/feed")
    (cloud.root / "deploy" / "policies" / "tip.json").unlink()
    assert deploy.main([]) == 1
    assert "the function 'tip' has no policy" in capsys.readouterr().err
    (cloud.root / "bin" / "s").unlink()
    monkeypatch.setenv("PATH", str(cloud.root / "bin"))
    assert deploy.main([]) == 1
    assert "npm install -g @serverless-devs/s@" in capsys.readouterr().err
    assert cloud.calls() == []


def test_an_api_that_is_not_there_fails_the_smoke_test(capsys: pytest.CaptureFixture[str]) -> None:
    assert smoke.main(["http://127.0.0.1:1", VERSION]) == 1
    assert capsys.readouterr().err.startswith("http://127.0.0.1:1/healthz does not answer as it should")
