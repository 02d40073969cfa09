"""The API for API Gateway's import: Swagger 2.0 with its extension fields, made from the same routes as openapi.json.

Fields: alibabacloud.com/help "API Gateway Swagger extensions" (doc-detail 88956). It was read in part; the names of
the Function Compute backend (type FC, fcRegion, serviceName, functionName, arn) have not been tried on the service.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from commands import openapi
from commands.openapi import BACKEND
from commands.project_files import EXAMPLE
from commands.running import ROOT

FILE = Path("deploy", "gateway.json")
ACCOUNT = "1234567890123456"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m commands.deploy.gateway", description=f"Write {FILE}, to be imported into API Gateway."
    )
    parser.add_argument("--check", action="store_true", help="only say whether the file is what the code says")
    parser.add_argument("--account", default=ACCOUNT, help="the account's number")
    parser.add_argument("--region", default=EXAMPLE["FEED_REGION"])
    parser.add_argument("--out", type=Path, default=ROOT / FILE, metavar="FILE", help=f"where to write ({FILE})")
    given = parser.parse_args(arguments)
    document = swagger(openapi.document(openapi.declared(ROOT / "functions")), given.account, given.region)
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    if given.check:
        if not given.out.exists() or given.out.read_text(encoding="utf-8") != text:
            print(f"{FILE} is not what the code says: run python -m commands.deploy.gateway.", file=sys.stderr)
            return 1
        return 0
    given.out.write_text(text, encoding="utf-8")
    return 0


def swagger(api: dict[str, Any], account: str, region: str) -> dict[str, Any]:
    """`api` is OpenAPI 3.0, which the gateway does not import."""
    paths = {
        path: {method: _operation(operation, account, region) for method, operation in methods.items()}
        for path, methods in api["paths"].items()
    }
    return {"swagger": "2.0", "info": api["info"], "basePath": "/", "schemes": ["https"], "paths": paths}


def _operation(operation: dict[str, Any], account: str, region: str) -> dict[str, Any]:
    """The gateway hands on all that it is sent and wants no signature of an application: the layer checks tokens."""
    answers = [content for answer in operation["responses"].values() for content in answer.get("content", {})]
    body = operation.get("requestBody", {}).get("content", {})
    return {
        "operationId": operation["operationId"],
        **({"summary": operation["summary"]} if "summary" in operation else {}),
        **({"consumes": list(body)} if body else {}),
        "produces": sorted({*answers, "application/json"}),
        "parameters": [_parameter(each) for each in operation.get("parameters", ()) if each["in"] == "path"],
        "responses": {code: {"description": _said(answer)} for code, answer in operation["responses"].items()},
        "x-aliyun-apigateway-auth-type": "ANONYMOUS",
        "x-aliyun-apigateway-paramater-handling": "PASSTHROUGH",  # spelt so
        BACKEND: {
            "type": "FC",
            "fcRegion": region,
            "serviceName": "feed",
            "functionName": operation[BACKEND]["functionName"],
            "arn": f"acs:ram::{account}:role/aliyunapigatewayaccessingfcrole",
        },
    }


def _said(answer: dict[str, Any]) -> str:
    return str(answer.get("description", "The request was refused."))


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    """Text, whatever the model says: the layer's own answer to a wrong one is better than the gateway's."""
    return {"name": parameter["name"], "in": "path", "required": True, "type": "string"}


if __name__ == "__main__":
    sys.exit(main())
