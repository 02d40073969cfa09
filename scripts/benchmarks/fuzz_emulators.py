"""The generators and checks that the Tablestore emulator's own tests use, which stand beside them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# by name: mypy knows these files as `tests.tablestore`, for `fakes` is a root of its own
_FOLDER = "fakes.tests.tablestore"

_mutations: Any = import_module(f"{_FOLDER}.mutations")
_noise: Any = import_module(f"{_FOLDER}.http_noise")
_http: Any = import_module(f"{_FOLDER}.test_fuzz_http")
_search: Any = import_module(f"{_FOLDER}.search.test_fuzz")
_stage: Any = import_module(f"{_FOLDER}.stage")

damage_bytes, damaged, damaged_http = _mutations.damage_bytes, _mutations.damaged, _noise.damaged_http
LONGEST_S, Port, check, statuses = _http.LONGEST_S, _http.Port, _http.check, _http.statuses
indexed, try_both, Stages = _search.indexed, _search.try_both, _stage.Stages
