#!/usr/bin/python3
"""The API over HTTPS, as README.md and docs/operating.md show it: their curl examples are run as they stand, against a portal that has heard of printers."""

import argparse
import json
import os
import re
import shutil
import subprocess

from stage import Failed, Stage, end_with
from world import World


def expect(condition, sentence):
    if not condition:
        raise Failed(sentence)


def examples(file, section):
    """The shell lines of one section of a document."""
    with open(file, encoding="utf-8") as opened:
        text = opened.read().split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    return re.search(r"```sh\n(.*?)```", text, re.DOTALL).group(1)


def run_examples(stage, script, **variables):
    """What they answer, one JSON document after the other; each must end well."""
    ran = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script], env={**os.environ, **variables}, capture_output=True, text=True,
                         timeout=60, check=False, cwd=stage.dir)
    expect(ran.returncode == 0, f"the examples ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}")
    answers = []
    decoder, rest = json.JSONDecoder(), ran.stdout.strip()
    while rest:
        answer, end = decoder.raw_decode(rest)
        answers.append(answer)
        rest = rest[end:].strip()
    return answers


class Api(World):
    def curl(self, target, *more, token=None):
        """Status, and what came."""
        done = subprocess.run(
            ["curl", "--silent", "--show-error", "--cacert", self.certificate, "--write-out", "\n%{http_code}",
             *(["--header", f"Authorization: Bearer {token}"] if token else []), *more, self.url + target],
            capture_output=True, text=True, timeout=60, check=True)
        body, status = done.stdout.rsplit("\n", 1)
        return int(status), body


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--docs", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = Api(stage, printers=2)
        stage.set_time(None)
        world.start_printers()
        world.start_portal()
        world.enrol()
        world.discover()
        world.read_and_send()
        token = world.add("token", "add", "--reseller", world.reseller, "--name", "admin", "--role", "reseller_admin")["token"]
        customer = world.add("customer", "list")[0]["id"]

        answers = run_examples(stage, examples(os.path.join(options.docs, "operating.md"), "The API"), PORTAL=world.url,
                               CERTIFICATE=world.certificate, TOKEN=token, CUSTOMER=customer)
        printers, supplies, alerts, jobs, added, renamed = answers
        expect(len(printers["printers"]) == 2, f"not two printers: {printers}")
        expect(supplies["supplies"], "no supplies")
        expect("alerts" in alerts and "jobs" in jobs, f"{alerts} {jobs}")
        expect(added["name"] == "Harbour Architects", f"{added}")
        expect(renamed == {**renamed, "id": customer, "name": "Harbour & Sons"}, f"{renamed}")

        shutil.copy(world.certificate, stage.path("certificate.pem"))
        link = world.add("user", "add", "--reseller", world.reseller, "--role", "reseller_admin", "--email", "anna@north.example", "--name", "Anna Meier")["link"]
        printers, supplies, usage, added, me, totp = run_examples(
            stage, examples(os.path.join(options.docs, "..", "README.md"), "The API with curl"), PORTAL=world.url, TOKEN=token, LINK=link)
        expect(len(printers["printers"]) == 2 and supplies["supplies"] and "rows" in usage, f"{printers} {supplies} {usage}")
        expect(added["name"] == "Quay Architects" and me["user"]["email"] == "anna@north.example", f"{added} {me}")
        expect(totp["uri"].startswith("otpauth://totp/"), f"{totp}")

        for supply in supplies["supplies"]:
            status, body = world.curl(f"/api/v1/printers/{supply['printer']['id']}/readings?limit=1", token=token)
            expect(status == 200 and json.loads(body)["readings"], f"{status} {body}")
        status, body = world.curl("/api/v1/printers?limit=1", "--header", "If-None-Match: *", token=token)
        expect((status, body) == (304, ""), f"{status} {body}")
        status, body = world.curl("/metrics")
        expect(status == 200, f"{status} {body}")
        expect('plotmeter_batches_total{check="stored"}' in body and "plotmeter_connections 1" in body, body)
        expect(int(re.search(r"plotmeter_database_bytes (\d+)", body).group(1)) > 100_000, body)
        expect(world.curl("/api/v1/printers")[0] == 401, "it is open")

        # A script that runs wild is slowed down, and the portal goes on.
        token = world.add("token", "add", "--reseller", world.reseller, "--name", "wild", "--role", "reseller_viewer")["token"]
        wild = subprocess.run(
            ["curl", "--silent", "--cacert", world.certificate, "--header", f"Authorization: Bearer {token}", "--output", "/dev/null",
             "--write-out", "%{http_code}\n", f"{world.url}/api/v1/customers?limit=[1-900]"], capture_output=True, text=True, timeout=120, check=True)
        statuses = wild.stdout.split()
        expect("429" in statuses and statuses.count("200") >= 300, f"200: {statuses.count('200')}, 429: {statuses.count('429')}")
        expect(world.curl("/healthz")[0] == 200, "it does not answer any more")
        expect(world.portal.stop() == 0, "it did not end well")


if __name__ == "__main__":
    end_with(main)
