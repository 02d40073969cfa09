"""What each layer holds, and what is left out of it: distributions of requirements.lock, and files of theirs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layer:
    """`holds` are distributions; `budget` is the most bytes that its zip may have, None without a limit of ours."""

    name: str
    holds: tuple[str, ...] = ()
    budget: int | None = None


LAYERS = (
    Layer("core"),  # our own package
    Layer(
        "vendor",
        (
            "aliyun-fc2",
            "annotated-types",
            "certifi",
            "cffi",
            "charset-normalizer",
            "cryptography",
            "flatbuffers",
            "idna",
            "nh3",
            "protobuf",
            "pydantic",
            "pydantic-core",
            "pyjwt",
            "requests",
            "six",
            "tablestore",
            "typing-extensions",
            "typing-inspection",
            "urllib3",
            "websocket-client",
        ),
        budget=15_000_000,
    ),
    Layer("alipay", ("pycryptodomex", "pyopenssl", "python-alipay-sdk")),
    Layer("train", ("numpy", "scipy")),
)

_ASYNCHRONOUS = "for the SDK's asynchronous client, which we do not use: feed/store/stand_ins.py"
LEFT_OUT = {
    **dict.fromkeys(
        (
            "aiohappyeyeballs",
            "aiohttp",
            "aiosignal",
            "async-timeout",
            "attrs",
            "frozenlist",
            "multidict",
            "propcache",
            "yarl",
        ),
        _ASYNCHRONOUS,
    ),
    "crc32c": "for the SDK's time series, which we do not use: feed/store/stand_ins.py",
    "future": "Python 2 is long gone; the SDK imports nothing of it",
    "pycparser": "cffi's compiler wants it, and only what is compiled already is loaded",
}
"""Distributions that the requirements pull in and no layer holds, and why."""

NOT_IN_VENDOR = {
    "numpy": "flatbuffers imports it if it is there, for arrays of the SDK's time series, of which we have none",
}
"""Pulled in by layers/vendor/requirements.txt, held by another layer."""

FROM_SOURCE = ("aliyun-fc2", "future", "python-alipay-sdk")
"""Of pure Python, published without a wheel."""

LEFT_OUT_FILES = {
    "bin/*": "commands",
    "*.dist-info/*": "for pip; pydantic would look through each for plugins",
    "*.pyi": "types",
    "*.pyx": "source of what is compiled",
    "*.pxd": "source of what is compiled",
    "*.c": "source of what is compiled",
    "*.h": "source of what is compiled",
    "*.a": "to build against",
    "*/tests/test_*": "tests; numpy itself imports a file beside its own",
    "*/tests/data/*": "for tests",
    "*/SelfTest/*": "tests",
    "*darwin.so": "for another system",
    "tablestore/ots_sdk/*": "the SDK's native codec: 5 MB zipped that Python 3.12 alone can load, and no other",
    "cffi/*": "compiles; what is compiled already loads the extension beside it",
    "pydantic/v1/*": "the interface of version 1",
    "*/mypy.py": "a plugin for mypy",
    "google/protobuf/compiler/*": "for protoc's plugins",
}
"""Patterns of fnmatch below a layer's python/, and what they are."""


def layer(name: str) -> Layer:
    return next(layer for layer in LAYERS if layer.name == name)
