"""Project files that are wrong: a sentence for each thing, with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alifakes.function_compute.model import ProjectError
from alifakes.function_compute.project import read_project

SMALLEST = Path(__file__).parent / "smallest"
FC3, FC = (SMALLEST / "s.yaml").read_text(), (SMALLEST / "s.fc2.yaml").read_text()


def sentence(folder: Path, text: str, **env: str) -> str:
    (folder / "code").mkdir(exist_ok=True)
    file = folder / "s.yaml"
    file.write_text(text)
    with pytest.raises(ProjectError) as caught:
        read_project(file, env)
    return str(caught.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda part: st.lists(part) | st.dictionaries(st.text(), part),
    )
)
def test_any_yaml_is_read_or_refused_in_a_sentence(tmp_path_factory: pytest.TempPathFactory, props: object) -> None:
    folder = tmp_path_factory.mktemp("any")
    document = yaml.safe_load(FC3)
    document["resources"]["one"]["props"] = props
    assert sentence(folder, yaml.safe_dump(document)).startswith("s.yaml: ")


BROKEN_FC3 = [
    ("edition: 3.0.0", "edition: 2.0.0", "s.yaml: edition: must be '3.0.0' or '1.0.0', but is '2.0.0'."),
    ("name: shop", "nmae: shop", "s.yaml: top level: unknown key 'nmae'; did you mean 'name'?"),
    ("name: shop\n", "", "s.yaml: top level: 'name' is missing."),
    ("component: fc3", "component: fc4", "there is no function of component fc3"),
    ("  one:", "  one:\n    prosp: 1", "s.yaml: resources.one: unknown key 'prosp'; did you mean 'props'?"),
    ("handler: index.handler", "handler: 7", "s.yaml: resources.one.props.handler: 7 is not of type 'string'."),
    ("handler: index.handler", "handler: index", "s.yaml: resources.one.props.handler: 'index' is not of the form"),
    ("      handler: index.handler\n", "", "s.yaml: resources.one.props: 'handler' is a required property."),
    ("runtime: python3.10", "runtime: python3.11", "runtime 'python3.11' is not one that the emulator runs"),
    ("runtime: python3.10", "runtime: nodejs20", "runtime 'nodejs20' is not one that the emulator runs"),
    ("functionName: one", "functionName: a$b", "s.yaml: resources.one.props.functionName: 'a$b' is not 1 to 64"),
    ("code: ./code", "code: ./absent", "s.yaml: resources.one.props.code: there is no folder './absent'"),
    ("region: ${vars.region}", "region: mars", "s.yaml: resources.one.props.region: 'mars' is not one of"),
    ("name: shop", "name: [", "s.yaml: line 4, column 1: expected ',' or ']'"),
    ("name: shop", "name: shop\nname: shop", "s.yaml: line 3, column 1: key 'name' is given twice."),
    ("      code: ./code", "      code: ./code\n      code: ./code", "key 'code' is given twice."),
]
ADDED_FC3 = [
    ("memorySzie: 512", "s.yaml: resources.one.props: unknown key 'memorySzie'; did you mean 'memorySize'?"),
    ("memorySize: 100", "s.yaml: resources.one.props.memorySize: "),
    ("timeout: '3'", "s.yaml: resources.one.props.timeout: '3' is not of type 'integer'."),
    ("timeout: 86401", "86401 is greater than the maximum of 86400"),
    ("timeout: ${env('T')}", "environment variable T is not set and no default is given"),
    ("instanceConcurrency: 5", "a built-in Python runtime handles 1 request at a time"),
    ("cpu: 4", "4 for 512 MB is refused"),
    ("concurrencyConfig: {reservedConcurrency: 0}", "concurrencyConfig.reservedConcurrency: 0 is not between 1 and"),
    ("layers: [x]", "s.yaml: resources.one.props.layers[0]: 'x' is not a layer's ARN of the form"),
    ("environmentVariables: {FC_X: a}", "variable 'FC_X' is reserved"),
    ("environmentVariables: {1A: a}", "variable '1A' must begin with a letter"),
    ("environmentVariables: {A: 1}", "s.yaml: resources.one.props.environmentVariables.A: 1 is not of type 'string'."),
    (f"environmentVariables: {{A: {'x' * 4096}}}", "the variables take 4097 bytes, more than the 4096"),
    ("asyncInvokeConfig: {maxAsyncRetryAttempts: 9}", "9 is greater than the maximum of 8"),
    ("asyncInvokeConfig: {maxAsyncEventAgeInSeconds: 604801}", "604801 is not between 1 and 604800"),
    ("instanceLifecycleConfig: {initializer: {timeout: 1}}", "initializer: 'handler' is missing."),
    ("triggers: [{triggerName: t, triggerType: apigateway, triggerConfig: {}}]", "'apigateway' is not one of"),
    ("triggers: [{triggerName: t, triggerType: timer, triggerConfig: {cronExpression: '@every 4m'}}]", "'enable' is a"),
    (
        "triggers: [{triggerName: t, triggerType: http, triggerConfig: {authType: anonymous, methods: [FETCH]}}]",
        "FETCH",
    ),
    (
        "triggers: [{triggerName: t, triggerType: timer, triggerConfig: {cronExpression: '* * * * *', enable: true}}]",
        "s.yaml: resources.one.props.triggers[0].triggerConfig.cronExpression: '* * * * *' is neither",
    ),
    (
        "triggers: [{triggerName: t, triggerType: timer,"
        " triggerConfig: {cronExpression: '@every 1m', enable: true, pay: a}}]",
        "triggers[0].triggerConfig: unknown key 'pay'; did you mean 'payload'?",
    ),
    (
        "triggers: [&t {triggerName: t, triggerType: oss, triggerConfig: {}}, *t]",
        "triggers[0].triggerConfig: ",
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), BROKEN_FC3)
def test_broken_fc3_files(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in FC3
    assert expected in sentence(tmp_path, FC3.replace(old, new, 1))


@pytest.mark.parametrize(("line", "expected"), ADDED_FC3)
def test_wrong_props_of_fc3(tmp_path: Path, line: str, expected: str) -> None:
    message = sentence(tmp_path, f"{FC3}      {line}\n")
    assert message.startswith("s.yaml: resources.one.props")
    assert expected in message
    assert re.search(r"[.?]$", message)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("service: {name: shop}", "service: {nmae: shop}", "s.yaml: services.one.props.service: "),
        ("name: one", "nmae: one", "s.yaml: services.one.props.function: "),
        ("runtime: python3.10", "runtime: python3.12", "'python3.12' is not one of"),
        ("        codeUri: ./code\n", "        ossBucket: b\n        ossKey: k\n", "'handler' and 'codeUri' must both"),
        (
            "codeUri: ./code",
            "codeUri: ./code\n        environmentVariables: {A: 1}",
            "environmentVariables.A: must be a string",
        ),
        ("codeUri: ./code", "codeUri: ./code\n        timeout: 0", "timeout: 0 is not between 1 and 86400"),
        (
            "      function:",
            "      triggers:\n"
            "        - {name: hook, type: http, config: {authType: anonymous, methods: [GET]}}\n"
            "        - {name: tick, type: timer, config: {cronExpression: '@every 4m', enable: true}}\n"
            "      function:",
            "triggers: a function with an http trigger has a WSGI handler, and no triggers of other types.",
        ),
    ],
)
def test_broken_fc_files(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in FC
    assert expected in sentence(tmp_path, FC.replace(old, new, 1))


def test_two_functions_of_one_name(tmp_path: Path) -> None:
    again = FC3[FC3.index("  one:") :].replace("  one:", "  two:", 1)
    assert sentence(tmp_path, FC3 + again) == "s.yaml: resources: function 'one' is declared twice."


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"^s\.yaml: the file cannot be read: No such file or directory"):
        read_project(tmp_path / "s.yaml", {})
    (tmp_path / "s.yaml").write_bytes(b"name: \xff")
    with pytest.raises(ProjectError, match=r"^s\.yaml: the file is not UTF-8 at byte 6\.$"):
        read_project(tmp_path / "s.yaml", {})
    (tmp_path / "s.yaml").write_text("- a list")
    with pytest.raises(ProjectError, match=r"must hold a mapping, but it holds \['a list'\]"):
        read_project(tmp_path / "s.yaml", {})


def test_files_that_extend_each_other(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text("extend: ./t.yaml\n")
    (tmp_path / "t.yaml").write_text("extend: ./s.yaml\n")
    with pytest.raises(ProjectError, match="extend each other in a circle"):
        read_project(tmp_path / "s.yaml", {})


def test_unknown_template(tmp_path: Path) -> None:
    text = FC3.replace("    component: fc3\n", "    component: fc3\n    extend: {name: none}\n")
    assert sentence(tmp_path, text) == "s.yaml: resources.one.extend.name: there is no template 'none'."
