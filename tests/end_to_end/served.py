#!/usr/bin/python3
"""The portal that serves is the one that is described, and tells when it cannot serve.

Every route of proto/openapi.yaml is there, and closed to who shows nothing. A new certificate is shown after SIGHUP, to who comes then; one
that is broken is not, and the log says so. Where the database is gone /readyz says that, and /healthz that the process lives.
"""

import argparse
import os
import re
import signal
import ssl
import subprocess
import time

import yaml

from api import Api, expect
from stage import Stage, end_with

PATIENCE = 30  # seconds until a wait is a failure


def until(what, holds):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        expect(time.monotonic() < deadline, f"still not so after {PATIENCE} s: {what}")
        time.sleep(0.05)
    print(what, flush=True)


class Served(Api):
    def logged(self, name):
        with open(self.portal.log, encoding="utf-8") as log:
            return sum(name in line.split() for line in log)

    def shown(self):
        """The certificate that a newcomer is shown."""
        return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", self.portal_port)))

    def file(self, name):
        return os.path.join(self.data, "tls", name)

    def reload(self, name):
        times = self.logged(name)
        self.portal.popen.send_signal(signal.SIGHUP)
        until(f"the log says {name}", lambda: self.logged(name) > times)


def is_described(world, description):
    with open(description, encoding="utf-8") as file:
        paths = yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["paths"]
    asked = 0
    for path, methods in paths.items():
        target = re.sub(r"\{\w+\}", "none_of_it", path)
        for method, operation in methods.items():
            words = ["--request", method.upper()]
            if "requestBody" in operation:
                words += ["--header", f"Content-Type: {next(iter(operation['requestBody']['content']))}", "--data", "{}"]
            status, body = world.curl(target, *words)
            # This is the portal's own machine, from which /metrics is open.
            is_open = operation["x-roles"] == ["anyone"] or path == "/metrics"
            expect(status in (200, 400, 422) if is_open else status == 401, f"{method} {path}: {status} {body}")
            asked += 1
    expect(asked > 100, f"{asked} routes")
    print(f"{asked} routes, each as it is described", flush=True)


def shows_its_newest_certificate(world):
    first = world.shown()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-keyout",
                    world.file("key.pem"), "-out", world.file("certificate.pem"), "-subj", "/CN=another", "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True)
    expect(world.shown() == first, "it shows another one before it was told to")
    world.reload("certificate_reloaded")
    with open(world.file("certificate.pem"), encoding="ascii") as file:
        second = ssl.PEM_cert_to_DER_cert(file.read())
    expect(world.shown() == second, "it does not show the new one")
    expect(world.curl("/healthz")[0] == 200, "it does not serve with the new one")
    with open(world.file("certificate.pem"), "w", encoding="ascii") as file:
        file.write("no certificate")
    world.reload("certificate_not_reloaded")
    expect(world.shown() == second, "it does not go on with the one that it had")
    with open(world.file("certificate.pem"), "w", encoding="ascii") as file:
        file.write(ssl.DER_cert_to_PEM_cert(second))


def knows_that_its_database_is_gone(world):
    expect(world.curl("/readyz")[0] == 200, "it is not ready")
    database = os.path.join(world.data, "portal.db")
    os.rename(database, database + ".away")
    status, body = world.curl("/readyz")
    expect(status == 503 and "database" in body, f"/readyz without a database: {status} {body}")
    expect(world.curl("/healthz")[0] == 200, "it does not say that it lives")
    expect(world.logged("database_unready"), "the log does not say it")
    os.rename(database + ".away", database)
    status, body = world.curl("/readyz")
    expect(status == 200, f"/readyz with its database again: {status} {body}")
    print("/readyz says whether its database is there", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--openapi", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = Served(stage)
        stage.set_time(None)
        world.start_portal()
        is_described(world, options.openapi)
        shows_its_newest_certificate(world)
        knows_that_its_database_is_gone(world)
        expect(world.portal.stop() == 0, "it did not end well")


if __name__ == "__main__":
    end_with(main)
