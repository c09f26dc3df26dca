#!/usr/bin/python3
"""What a person does wrong is answered in a sentence, with the right exit code or problem+json."""

import argparse
import base64
import json
import ssl
import subprocess
import urllib.error
import urllib.request
from datetime import timedelta

from stage import Failed, Stage, end_with, free_port
from world import World


def expect(condition, sentence):
    if not condition:
        raise Failed(sentence)


def refused(stage, program, *arguments, code, words):
    """The call must end with this code and say these words, on standard error."""
    done = stage.run(program, *arguments, expect=code)
    for word in words:
        expect(word in done.stderr, f"{program} {' '.join(map(str, arguments))} says: {done.stderr!r}\nexpected: {word!r}")
    print(f"{code}  {done.stderr.splitlines()[0]}")


def command_lines(stage):
    refused(stage, "plotmeter-collector", "discover", "--rnge", "10.0.0.0/24", code=2, words=["--rnge", "--range"])
    refused(stage, "plotmeter-collector", "discover", "--range", "10.0.0.0/33", code=2, words=["range", "10.0.0.0/33", "32"])
    refused(stage, "plotmeter-collector", "raed", "127.0.0.1", code=2, words=["raed", "read"])
    refused(stage, "plotmeter-collector", "read", "127.0.0.1", "--version", "3", code=2, words=["3"])
    refused(stage, "plotmeter-portal", "export", "usage", "--data", stage.path("nowhere"), "--reseller", "x", "--from",
            "2026-10-01", "--to", "2026-11-01", code=1, words=["nowhere"])
    refused(stage, "plotmeter-sim", "--printers", "many", code=2, words=["printers", "many"])
    for program in ("plotmeter-collector", "plotmeter-portal", "plotmeter-sim"):
        expect("plotmeter" in stage.run(program, "--version").stdout, f"{program} --version")
        expect("--" in stage.run(program, "--help").stdout, f"{program} --help")


def silent_address(stage):
    port = free_port()
    refused(stage, "plotmeter-collector", "read", f"127.0.0.1:{port}", "--timeout", "1", "--retries", "0", "--https-port", port,
            code=1, words=["127.0.0.1"])


def enrolment(stage, world):
    def enrol(with_code, words, url=world.url):
        refused(stage, "plotmeter-collector", "enrol", "--portal", url, "--code", with_code, "--ca", world.certificate,
                "--state", stage.path("stranger"), code=1, words=words)

    mistyped = world.code[:-1] + ("A" if world.code[-1] != "A" else "B")
    enrol(mistyped, words=["mistyped"])
    enrol(world.code, url=f"https://127.0.0.1:{free_port()}", words=["127.0.0.1"])  # nobody listens there
    expired = world.add("enrolment", "add", "--site", world.site, "--days", "1")["code"]
    stage.set_time(world.begin + timedelta(days=3))
    enrol(expired, words=["expired"])
    world.enrol()
    enrol(world.code, words=["used"])


def flipped_bit(stage, world):
    """A batch sealed with a tool nobody here wrote, then one bit of it changed."""
    context = ssl.create_default_context(cafile=world.certificate)
    keys = urllib.request.urlopen(world.url + "/api/v1/keys", context=context).read().decode()
    part = keys.split(".")[1]
    key = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["encryption"][0]
    thumbprint = subprocess.run(["jose", "jwk", "thp", "-i", "-"], input=json.dumps(key), capture_output=True, text=True,
                                check=True).stdout.strip()
    header = {"alg": "ECDH-ES", "enc": "A128CBC-HS256", "zip": "DEF", "kid": thumbprint, "typ": "plotmeter-batch+jwe"}
    with open(stage.path("key.jwk"), "w", encoding="ascii") as f:
        json.dump(key, f)
    sealed = subprocess.run(
        ["jose", "jwe", "enc", "-i", json.dumps({"protected": header}), "-k", stage.path("key.jwk"), "-I", "-", "-c"],
        input="somebody's message", capture_output=True, text=True, check=True).stdout.strip()

    def post(body):
        request = urllib.request.Request(world.url + "/api/v1/batches", body.encode(), {"Content-Type": "application/jose"})
        try:
            urllib.request.urlopen(request, context=context)
        except urllib.error.HTTPError as error:
            expect(error.headers["Content-Type"] == "application/problem+json", f"{error.headers}")
            problem = json.loads(error.read())
            print(f"{error.code}  {problem['check']}: {problem['detail']}")
            return error.code, problem
        raise Failed("the portal stored a stranger's batch")

    parts = sealed.split(".")
    middle = len(parts[3]) // 2
    parts[3] = parts[3][:middle] + ("A" if parts[3][middle] != "A" else "B") + parts[3][middle + 1:]
    code, problem = post(".".join(parts))
    expect((code, problem["check"]) == (400, "authentication"), f"{code} {problem}")
    code, problem = post(sealed)
    expect((code, problem["check"]) == (401, "signer"), f"{code} {problem}")
    code, problem = post("a.b.c")
    expect((code, problem["check"]) == (400, "form"), f"{code} {problem}")


def unplugged_portal(stage, world):
    world.start_printers()
    world.discover()
    world.portal.stop()
    done = world.collector("run", "--once", *world.reach(), expect=1)
    expect(world.url.split("//")[1] in done.stderr or "portal" in done.stderr, f"portal away: {done.stderr!r}")
    status = json.loads(world.collector("status", "--json").stdout)
    expect(status["waiting_readings"] or status["waiting_batches"], f"nothing waits in the spool: {status}")
    print(f"1  {done.stderr.splitlines()[-1]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        command_lines(stage)
        silent_address(stage)
        world = World(stage)
        world.start_portal()
        flipped_bit(stage, world)
        enrolment(stage, world)
        unplugged_portal(stage, world)


if __name__ == "__main__":
    end_with(main)
