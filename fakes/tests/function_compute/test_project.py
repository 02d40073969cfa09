"""Project files of both editions: what is read from them."""

from __future__ import annotations

from pathlib import Path

from alifakes.function_compute.model import AsyncConfig, Function, Hook, HttpTrigger, TimerTrigger
from alifakes.function_compute.project import read_project

SMALLEST = Path(__file__).parent / "smallest"
FC3, FC = (SMALLEST / "s.yaml").read_text(), (SMALLEST / "s.fc2.yaml").read_text()


def read(folder: Path, text: str, **env: str) -> Function:
    (folder / "code").mkdir(exist_ok=True)
    file = folder / "s.yaml"
    file.write_text(text)
    return read_project(file, env).functions[0]


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


def test_http_triggers_of_a_service(tmp_path: Path) -> None:
    trigger = "{name: h, type: http, config: {authType: function, methods: [GET, PUT]}}"
    function = read(tmp_path, f"{FC}      triggers: [{trigger}]\n")
    assert function.http_triggers == (HttpTrigger("h", frozenset({"GET", "PUT"}), "function"),)
    assert function.is_http


def test_custom_domains_are_noted(tmp_path: Path) -> None:
    read(tmp_path, f"{FC}      customDomains: [{{domainName: auto, protocol: HTTP, routeConfigs: [{{path: /*}}]}}]\n")
    (note,) = read_project(tmp_path / "s.yaml", {}).notes
    assert note.startswith("services.one.props.customDomains is left out")


def test_a_function_may_reserve_instances(tmp_path: Path) -> None:
    assert read(tmp_path, f"{FC3}      concurrencyConfig: {{reservedConcurrency: 1}}\n").reserved == 1
    assert read(tmp_path, FC3).reserved is None


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
