"""Checks samples of answers against proto/openapi.yaml, and prints its routes.

    check_openapi.py openapi.yaml routes            METHOD PATH roles max-body media-type, a line each
    check_openapi.py openapi.yaml samples FILE      FILE: one JSON object a line,
        {"method": "GET", "path": "/healthz", "status": 200, "content_type": "…", "body": "…"}

Ends with 1 and a sentence for each complaint.
"""

import json
import re
import sys

import jsonschema
import yaml


def resolve(document, node):
    while "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def validator(document, schema):
    # The whole document stands beside the schema, so that "#/components/…" resolves.
    return jsonschema.Draft202012Validator({**schema, "components": document["components"]})


def routes(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {})
            print(method.upper(), path, "|".join(operation["x-roles"]),
                  operation.get("x-max-body", 0), next(iter(body), "-"))


def complaints_of_content(document, message, where):
    for content in message.get("content", {}).values():
        if "example" not in content:
            continue
        for error in validator(document, content["schema"]).iter_errors(content["example"]):
            yield f"example of {where}: {error.message}"


def complaints_of_examples(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                yield from complaints_of_content(document, resolve(document, response), f"{method} {path} {status}")
            yield from complaints_of_content(document, operation.get("requestBody", {}), f"{method} {path}")


def needs_of(method, operation, shown):
    """What the router does for all routes alike (portal/http/router.h), by what the operation is; `shown` is GET of its path."""
    def is_json(of):
        return "application/json" in of.get("responses", {}).get("200", {}).get("content", {})

    needs = {"429", "503"}
    if operation["x-roles"] != ["anyone"]:
        needs |= {"401", "403"}
        if method == "post":
            needs |= {"idempotencyKey", "409", "422"}
    if "requestBody" in operation:
        needs |= {"400", "411", "413", "415"}
    if is_json(operation) and method != "post":
        needs |= {"ETag", "ifNoneMatch", "304"} if method == "get" else {"ETag"}
    if is_json(shown) and method in ("put", "patch", "delete"):
        needs |= {"ifMatch", "412"}
    return needs


def complaints_of_what_is_unsaid(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if not path.startswith("/api/"):
                continue
            said = {parameter.get("$ref", "").split("/")[-1] for parameter in operation.get("parameters", [])}
            said |= set(operation["responses"]) | set(operation["responses"].get("200", {}).get("headers", {}))
            for need in sorted(needs_of(method, operation, methods.get("get", {})) - said):
                yield f"{method} {path} does not say {need}"


def methods_of(document, path):
    """The methods of the path that is written so, else of the template that fits it."""
    if path in document["paths"]:
        return document["paths"][path]
    for template, methods in document["paths"].items():
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path):
            return methods
    return {}


def complaints_of_sample(document, sample):
    where = f"{sample['method']} {sample['path']} {sample['status']}"
    operation = methods_of(document, sample["path"]).get(sample["method"].lower())
    if operation is None:
        return [f"{where}: no such operation"]
    response = operation["responses"].get(str(sample["status"]))
    if response is None:
        return [f"{where}: no such status"]
    contents = resolve(document, response).get("content", {})
    if not contents and not sample["body"]:
        return []
    content = contents.get(sample["content_type"])
    if content is None:
        return [f"{where}: it is not {sample['content_type']}"]
    body = sample["body"]
    if sample["content_type"].endswith("json") and sample["content_type"] != "application/x-ndjson":
        body = json.loads(body)
    return [f"{where}: {error.message}" for error in validator(document, content["schema"]).iter_errors(body)]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        document = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # the C one: ten times as fast
    if sys.argv[2] == "routes":
        routes(document)
        return 0
    found = [*complaints_of_examples(document), *complaints_of_what_is_unsaid(document)]
    with open(sys.argv[3], encoding="utf-8") as file:
        samples = [json.loads(line) for line in file]
    for sample in samples:
        found += complaints_of_sample(document, sample)
    for complaint in found:
        print(complaint)
    print(f"{len(samples)} samples")
    return 1 if found else 0


sys.exit(main())
