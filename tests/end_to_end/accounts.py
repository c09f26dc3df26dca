#!/usr/bin/python3
"""People and programs at a portal that serves, over TLS as a browser and as a script would come.

The operator is invited on the command line, chooses a password, signs in, adds a reseller and invites its first administrator, who
makes a token. What the command line changes holds for the running portal from the next request on. At the end the audit log
knows all of it, and no password, link, token or cookie is in any file of the portal or in its log.
"""

import argparse
import http.client
import json
import os
import ssl

from stage import Failed, Stage, end_with
from world import World

PASSWORD = "kelp harbour mitten"


def expect(what, words):
    if not what:
        raise Failed(words)


class Client:
    """Keeps cookies and the CSRF token as a page does; or has a token."""

    def __init__(self, world, token=None):
        self.world = world
        self.token = token
        self.cookies = {}
        self.csrf = None
        self.secrets = []

    def ask(self, method, path, body=None, expect_status=200):
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.csrf:
            headers["X-CSRF-Token"] = self.csrf
        context = ssl.create_default_context(cafile=self.world.certificate)
        connection = http.client.HTTPSConnection("127.0.0.1", self.world.portal_port, timeout=60, context=context)
        connection.request(method, path, None if body is None else json.dumps(body), headers if body is not None else
                           {name: value for name, value in headers.items() if name != "Content-Type"})
        answer = connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            for attribute in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
                expect(attribute in cookie.split("; "), f"{name} is not {attribute}: {cookie}")
            self.cookies[name] = value
            if value:
                self.secrets.append(value)
        connection.close()
        expect(answer.status == expect_status, f"{method} {path}: {answer.status} {text}")
        return json.loads(text) if text else None

    def sign_in(self, email, password=PASSWORD, expect_status=201):
        said = self.ask("POST", "/api/v1/sessions", {"email": email, "password": password}, expect_status)
        if expect_status == 201:
            self.csrf = said["csrf_token"]
            self.secrets.append(password)
        return said

    def accept(self, link, password=PASSWORD, expect_status=204):
        self.secrets.append(link)
        return self.ask("POST", "/api/v1/links/accept", {"link": link, "password": password}, expect_status)


def every_file(folder):
    for where, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(where, name), "rb") as file:
                yield name, file.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    arguments = parser.parse_args()
    with Stage(arguments.bin) as stage:
        world = World(stage)
        world.start_portal()
        link = world.add("user", "add", "--role", "operator", "--email", "ops@example.org", "--name", "On call")["link"]

        operator = Client(world)
        operator.accept(link, "password2026", 422)
        operator.accept(link)
        operator.accept(link, expect_status=404)
        operator.sign_in("ops@example.org", "guess what it is", 401)
        operator.sign_in("Ops@Example.org")
        expect(operator.ask("GET", "/api/v1/me")["user"]["role"] == "operator", "who it is")
        operator.ask("GET", "/api/v1/printers", expect_status=403)
        west = operator.ask("POST", "/api/v1/resellers", {"name": "West"}, 201)["id"]
        invited = operator.ask("POST", f"/api/v1/users?reseller={west}",
                               {"email": "wanda@west.example", "name": "Wanda", "role": "reseller_admin"}, 201)

        wanda = Client(world)
        wanda.accept(invited["link"])
        wanda.sign_in("wanda@west.example")
        wanda.ask("GET", "/api/v1/resellers", expect_status=403)
        forged = Client(world)
        forged.cookies = dict(wanda.cookies)
        forged.ask("GET", "/api/v1/me")
        forged.ask("POST", "/api/v1/tokens", {"name": "x", "role": "reseller_admin"}, 403)
        issued = wanda.ask("POST", "/api/v1/tokens",
                           {"name": "billing", "role": "reseller_viewer", "scopes": ["printers.read"]}, 201)
        program = Client(world, issued["text"])
        expect(program.ask("GET", "/api/v1/printers") == {"printers": []}, "West has no printers")
        program.ask("GET", "/api/v1/usage?from=2026-01-01&to=2026-02-01", expect_status=403)

        stage.run("plotmeter-portal", "token", "revoke", "--data", world.data, "--token", issued["token"]["id"])
        program.ask("GET", "/api/v1/printers", expect_status=401)
        stage.run("plotmeter-portal", "user", "disable", "--data", world.data, "--user", "wanda@west.example")
        wanda.ask("GET", "/api/v1/me", expect_status=401)
        wanda.sign_in("wanda@west.example", expect_status=401)
        operator.ask("DELETE", "/api/v1/sessions", expect_status=204)

        report = stage.run_json("plotmeter-portal", "verify", "--data", world.data)
        rows = {log["reseller"]: log["rows"] for log in report["audit"]}
        expect(report["clean"] and rows["operator"] >= 5 and rows[west] >= 5, f"verify: {report}")
        expect(world.portal.stop() == 0, "the portal did not end well")
        secrets = operator.secrets + wanda.secrets + [issued["text"]]
        with open(world.portal.log, "rb") as log:
            places = [*every_file(world.data), ("the log", log.read())]
        for secret in secrets:
            for name, content in places:
                expect(secret.encode() not in content, f"{name} has {secret!r}")
        print(f"{len(secrets)} secrets, none of them in {len(places)} places")


if __name__ == "__main__":
    end_with(main)
