"""Checks the golden batches against proto/batch.schema.json, with a validator nobody here wrote.

    schema_check.py batch.schema.json GOLDEN_FOLDER

Golden batches are valid; so is each of cases.json's good changes to full.p.json; each of its bad ones is not. Those
"beyond" are what a schema cannot see and ParseBatch refuses: they are valid here, and move to "bad" if that changes.
schema_test.cpp gives ParseBatch the same samples.
"""

import copy
import json
import pathlib
import sys

from jsonschema import Draft202012Validator


def changed(document, case):
    """The document with the member at a JSON pointer (RFC 6901) replaced, or removed without a value."""
    document = copy.deepcopy(document)
    *path, last = case["at"].lstrip("/").split("/")
    place = document
    for step in path:
        place = place[int(step)] if isinstance(place, list) else place[step]
    last = int(last) if isinstance(place, list) else last
    if "value" in case:
        place[last] = case["value"]
    else:
        del place[last]
    return document


def main(schema_file, folder):
    schema = json.loads(pathlib.Path(schema_file).read_text(encoding="utf-8"))
    folder = pathlib.Path(folder)
    Draft202012Validator.check_schema(schema)
    batches = Draft202012Validator(schema)
    names = Draft202012Validator({**schema, **schema["$defs"]["names"], "properties":
                                  schema["$defs"]["names"]["properties"]})
    wrong = []

    def expect(validator, document, valid, what):
        if validator.is_valid(document) != valid:
            wrong.append(f"{what}: {'refused' if valid else 'accepted'} by the schema")

    golden = sorted(folder.glob("*.p.json"))
    if not golden:
        wrong.append(f"no golden batch in {folder}")
    for file in golden:
        expect(batches, json.loads(file.read_text(encoding="utf-8")), True, file.name)
        other = file.with_name(file.name.replace(".p.", ".n."))
        expect(names, json.loads(other.read_text(encoding="utf-8")), True, other.name)
    expect(names, {"jobs": {}}, False, "names without salt")
    expect(names, {"salt": "bm5ubm5ubm5ubm5ubm5ubg", "jobs": {"p1/piws/1": {"name": 7}}}, False, "a name of 7")
    place = {"ip": "h:bm5ubm5ubm5ubm5ubm5ubg", "macs": ["00:1b:78:aa:bb:cc"], "name": "plotter-2", "location": "here"}
    for wrong_place in ({"location": 7}, {"macs": "00:1b:78:aa:bb:cc"}, {"macs": [7]}, {"ip": "x" * 1025}, 7):
        expect(names, {"salt": "bm5ubm5ubm5ubm5ubm5ubg", "printers": {"p1": wrong_place}}, False, f"{wrong_place}"[:60])
    expect(names, {"salt": "bm5ubm5ubm5ubm5ubm5ubg", "printers": {"p1": place}}, True, "a printer's place")

    full = json.loads((folder / "full.p.json").read_text(encoding="utf-8"))
    cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    for group, valid in (("good", True), ("bad", False), ("beyond", True)):
        for case in cases[group]:
            expect(batches, changed(full, case), valid, f"{group}: {case['why']}")
    print("\n".join(wrong) or f"{sum(map(len, cases.values()))} samples as they should be")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
