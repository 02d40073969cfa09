"""Project files of both editions: what is read, and the sentence for each thing that is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from alifakes.function_compute.model import AsyncConfig, Function, Hook, HttpTrigger, ProjectError, TimerTrigger
from alifakes.function_compute.project import read_project
from alifakes.function_compute.variables import Variables

FC3 = """\
edition: 3.0.0
name: shop
vars: {region: cn-hangzhou, n: 3, nested: {list: [a, b]}}
resources:
  one:
    component: fc3
    props:
      region: ${vars.region}
      functionName: one
      runtime: python3.10
      handler: index.handler
      code: ./code
"""
FC = """\
edition: 1.0.0
name: shop
services:
  one:
    component: fc
    props:
      region: cn-hangzhou
      service: {name: shop}
      function:
        name: one
        runtime: python3.10
        handler: index.handler
        codeUri: ./code
"""


def read(folder: Path, text: str, **env: str) -> Function:
    (folder / "code").mkdir(exist_ok=True)
    file = folder / "s.yaml"
    file.write_text(text)
    return read_project(file, env).functions[0]


def sentence(folder: Path, text: str, **env: str) -> str:
    with pytest.raises(ProjectError) as caught:
        read(folder, text, **env)
    return str(caught.value)


def test_the_same_function_in_both_editions(tmp_path: Path) -> None:
    fc3 = read(
        tmp_path,
        FC3
        + """\
      memorySize: 256
      timeout: 60
      role: acs:ram::1:role/r
      environmentVariables: {A: "1"}
      layers: ["acs:fc:cn-hangzhou:1:layers/core/versions/2"]
      instanceLifecycleConfig:
        initializer: {handler: index.init, timeout: 9}
        preStop: {handler: index.bye, timeout: 8}
      asyncInvokeConfig:
        maxAsyncRetryAttempts: 1
        maxAsyncEventAgeInSeconds: 60
        asyncTask: true
        destinationConfig: {onFailure: {destination: "acs:fc:::x"}}
      triggers:
        - {triggerName: t, triggerType: timer, triggerConfig: {cronExpression: "@every 4m", enable: true, payload: p}}
        - {triggerName: h, triggerType: http, triggerConfig: {authType: anonymous, methods: [GET, PUT]}}
""",
    )
    fc = read(
        tmp_path,
        FC.replace("{name: shop}", "{name: shop, role: 'acs:ram::1:role/r'}")
        + """\
        memorySize: 256
        environmentVariables: {A: "1"}
        layers: ["acs:fc:cn-hangzhou:1:layers/core/versions/2"]
        initializer: index.init
        initializationTimeout: 9
        instanceLifecycleConfig:
          preStop: {handler: index.bye, timeout: 8}
        asyncConfiguration:
          maxAsyncRetryAttempts: 1
          maxAsyncEventAgeInSeconds: 60
          statefulInvocation: true
          destination: {onFailure: "acs:fc:::x"}
      triggers:
        - {name: t, type: timer, config: {cronExpression: "@every 4m", enable: true, payload: p}}
""",
    )
    expected = Function(
        name="one",
        service=None,
        runtime="python3.10",
        handler="index.handler",
        code_dir=tmp_path / "code",
        region="cn-hangzhou",
        memory=256,
        timeout=60,
        role="acs:ram::1:role/r",
        environment={"A": "1"},
        layers=("core",),
        initializer=Hook("index.init", 9),
        pre_stop=Hook("index.bye", 8),
        asynchronous=AsyncConfig(retries=1, max_age=60, task=True, on_failure="acs:fc:::x"),
        http_triggers=(HttpTrigger("h", frozenset({"GET", "PUT"}), "anonymous"),),
        timer_triggers=(TimerTrigger("t", "@every 4m", True, "p"),),
    )
    assert fc3 == expected
    assert vars(fc) == {**vars(expected), "service": "shop", "http_triggers": ()}
    assert (fc3.address, fc.address) == ("one", "shop$one")


def test_defaults_are_those_of_the_components(tmp_path: Path) -> None:
    fc3, fc = read(tmp_path, FC3), read(tmp_path, FC)
    assert (fc3.timeout, fc.timeout, fc3.memory) == (3, 60, 512)
    assert fc3.asynchronous == fc.asynchronous == AsyncConfig(retries=3, max_age=86_400)


def test_template_is_merged_and_lists_are_replaced(tmp_path: Path) -> None:
    text = FC3.replace("    component: fc3\n", "    component: fc3\n    extend: {name: base, ignore: [timeout]}\n")
    layer = "acs:fc:cn-hangzhou:1:layers/{}/versions/1"
    text += f"      environmentVariables: {{B: own}}\n      layers: [{layer.format('own')}]\n"
    text += "template:\n  base:\n    timeout: 77\n    memorySize: 1024\n"
    text += f"    environmentVariables: {{A: base, B: base}}\n    layers: [{layer.format('a')}, {layer.format('b')}]\n"
    function = read(tmp_path, text)
    assert function.environment == {"A": "base", "B": "own"}
    assert (function.layers, function.timeout, function.memory) == (("own",), 3, 1024)


def test_references_find_what_comes_from_a_template(tmp_path: Path) -> None:
    text = FC3.replace("    component: fc3\n", "    component: fc3\n    extend: {name: base}\n")
    text += "      description: ${resources.one.props.memorySize} MB\n"
    text += "      environmentVariables: {SIZE: 'size ${this.props.memorySize}'}\n"
    text += "template:\n  base:\n    memorySize: 1024\n"
    assert read(tmp_path, text).environment == {"SIZE": "size 1024"}


def test_a_file_extends_another(tmp_path: Path) -> None:
    read(tmp_path, FC3)
    production = tmp_path / "s.prod.yaml"
    production.write_text("extend: ./s.yaml\nvars: {region: cn-shanghai}\nresources: {one: {props: {timeout: 9}}}\n")
    function = read_project(production, {}).functions[0]
    assert (function.region, function.timeout, function.name) == ("cn-shanghai", 9, "one")


def test_words_that_yaml_1_2_reads_as_text(tmp_path: Path) -> None:
    assert read(tmp_path, FC3 + "      environmentVariables: {A: on, B: no}\n").environment == {"A": "on", "B": "no"}


def test_resources_of_other_components_are_noted(tmp_path: Path) -> None:
    read(tmp_path, FC3)
    (tmp_path / "s.yaml").write_text(FC3 + "  domain:\n    component: fc3-domain\n    props: {domainName: auto}\n")
    project = read_project(tmp_path / "s.yaml", {})
    assert [function.name for function in project.functions] == ["one"]
    assert project.notes == ("s.yaml: resources.domain is left out: its component is 'fc3-domain', not fc3.",)


DOCUMENT = {
    "vars": {"n": 3, "text": "x", "deep": {"list": ["a", "b"]}, "indirect": "${vars.n}", "loop": "${vars.loop}"},
    "resources": {
        "a": {"component": "fc3", "props": {"name": "${this.props.other}", "other": "o${vars.n}"}},
        "b": {"component": "fc3", "props": {}},
    },
}


def resolve(text: str, folder: Path = Path(), edition: str = "3.0.0", **env: str) -> object:
    document = DOCUMENT if edition == "3.0.0" else {"vars": DOCUMENT["vars"], "services": DOCUMENT["resources"]}
    return Variables(document, folder / "s.yaml", env, edition).resolve(text, "here", "b")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${vars.n}", 3),
        ("${vars.indirect}", 3),
        ("n=${vars.n} e=${env('NOPE','d')}", "n=3 e=d"),
        ("${vars.deep.list}", ["a", "b"]),
        ("${vars.deep.list.1}", "b"),
        ("${env('MEM', 512)}", 512),
        ("${env('SET', 512)}", "1024"),
        ("${env('NOPE', vars.n)}", 3),
        ('${env("NOPE", true)}', True),
        ("${env('NOPE', '')}", ""),
        ("${resources.a.props.name}", "o3"),
        ("${resources.a.output.url}", "${resources.a.output.url}"),
        ("${this.name}", "b"),
        ("${this.component}", "fc3"),
        ("${config('AccountID')}", "1000000000000000"),
        ("no ${ reference", "no ${ reference"),
    ],
)
def test_references(text: str, value: object) -> None:
    assert resolve(text, SET="1024") == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("${env(SET)}", "1024"), ("${env(NOPE, d)}", "d"), ("${a.props.other}", "o3"), ("${a.output.x}", "${a.output.x}")],
)
def test_references_of_edition_1(text: str, value: object) -> None:
    assert resolve(text, edition="1.0.0", SET="1024") == value


def test_references_to_files(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"k": [1]}')
    assert resolve("${json(file('./a.json'))}", tmp_path) == {"k": [1]}
    assert resolve("${path('./a.json')}", tmp_path) == str(tmp_path / "a.json")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("${env('NOPE')}", "environment variable NOPE is not set and no default is given"),
        ("${env(NOPE)}", "it is not found"),
        ("${vars.zzz}", "'vars.zzz' is not found"),
        ("${vars.n.x}", "'vars.n.x' is not found"),
        ("${resources.zzz.props.x}", "'zzz' is not found"),
        ("${nothing}", "it is not found"),
        ("${run('rm')}", "it is not a function call that the engine knows"),
        ("${env('A' 'B')}", "it cannot be read"),
        ("${env('A',}", "it cannot be read"),
        ("${}", "it cannot be read"),
        ("${file('./absent')}", "file './absent' cannot be read: No such file or directory"),
    ],
)
def test_references_that_cannot_be_resolved(text: str, why: str) -> None:
    with pytest.raises(ProjectError) as caught:
        resolve(text)
    assert str(caught.value) == f"s.yaml: here: {text} cannot be resolved: {why}."


def test_a_reference_to_itself() -> None:
    with pytest.raises(ProjectError, match=r"\$\{vars\.loop\} refers to itself"):
        resolve("${vars.loop}")


@given(st.text())
def test_no_text_breaks_the_resolver(text: str) -> None:
    try:
        resolved = resolve(text)
    except ProjectError:
        return
    assert resolved == text or "${" in text


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
            "      triggers: [{name: hook, type: http, config: {authType: anonymous, methods: [GET]}}]\n"
            "      function:",
            "triggers[0]: http triggers of FC 2.0 call WSGI handlers",
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
