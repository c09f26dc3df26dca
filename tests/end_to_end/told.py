#!/usr/bin/python3
"""The portal that serves tells people: an invitation, a test, an incident, by a mail server and a webhook that the settings name.

And what may not be: a webhook into the network of the portal unless the settings let it, a mail server without encryption elsewhere,
and any of the secrets in a file of the portal or in its log.
"""

import argparse
import sys

from accounts import Client, every_file, expect
from receivers import Hooks, MailServer, make_certificate, wait
from stage import Failed, Stage
from world import World


def serve(world, mail, certificate, reach):
    world.serve("--smtp-server", f"127.0.0.1:{mail.port}", "--smtp-ca", certificate, "--mail-from", "portal@example.org", "--public-url",
                world.url, "--webhook-ca", certificate, "--webhook-reach", reach)


def wrong_settings(stage, world):
    def refused(words, *settings):
        done = stage.run("plotmeter-portal", "serve", "--data", world.data, "--check", *settings, expect=2)
        expect(words in done.stderr, f"{settings}: {done.stderr}")

    mail = ("--mail-from", "portal@example.org")
    refused("'smtp-server' is 'mail'; expected a host and a port", "--smtp-server", "mail", *mail)
    refused("'smtp-tls' is 'none'; expected starttls or implicit", "--smtp-server", "mail.example.org:25", "--smtp-tls", "none", *mail)
    refused("'mail-from' is ''; expected the address", "--smtp-server", "mail.example.org:25")
    refused("'smtp-user' and 'smtp-password-file' go together", "--smtp-server", "mail.example.org:25", "--smtp-user", "x", *mail)
    refused("'webhook-reach' is 'all'; expected public or private", "--webhook-reach", "all")
    refused("'public-url' is 'portal'", "--public-url", "portal")


def play(stage, mail, hooks, certificate):
    world = World(stage)
    stage.set_time(None)
    world.start_portal()
    wrong_settings(stage, world)
    world.portal.stop()
    serve(world, mail, certificate, "private")

    link = world.add("user", "add", "--reseller", world.reseller, "--role", "reseller_admin", "--email", "anna@north.example", "--name",
                     "Anna", "--mail")["link"]
    wait(lambda: mail.messages, "the invitation comes by mail")
    invitation = mail.messages[0]
    expect(invitation["To"] == "<anna@north.example>" or "anna@north.example" in invitation["To"], f"to whom: {invitation['To']}")
    expect(link in invitation.get_content(), "the link is not in it")
    anna = Client(world)
    anna.accept(link)
    anna.sign_in("anna@north.example")

    added = anna.ask("POST", "/api/v1/recipients", {"kind": "webhook", "name": "Desk", "address": hooks.url}, 201)
    hooks.secret = added["secret"]
    desk = added["recipient"]["id"]
    anna.ask("POST", "/api/v1/recipients", {"kind": "email", "name": "Anna", "address": "anna@north.example"}, 201)
    anna.ask("POST", f"/api/v1/recipients/{desk}/tests", None, 202)
    wait(lambda: hooks.posts, "the test comes by webhook")
    expect(hooks.posts[0]["json"]["event"] == "test", hooks.posts[0])

    # A token that is used and ends in a week: noticed at the next start at the latest.
    token = world.add("token", "add", "--reseller", world.reseller, "--role", "reseller_viewer", "--name", "billing", "--days", "7")
    Client(world, token["token"]).ask("GET", "/api/v1/printers")
    expect(world.portal.stop() == 0, "the portal did not end well")
    serve(world, mail, certificate, "private")
    wait(lambda: len(hooks.posts) == 2 and len(mail.messages) == 2, "the incident comes by both")
    incident = hooks.posts[1]["json"]["incident"]
    expect(hooks.posts[1]["json"]["event"] == "incident.raised" and incident["kind"] == "token-expiring", hooks.posts[1])
    expect("API token billing ends" in mail.messages[1]["Subject"], mail.messages[1]["Subject"])
    shown = anna.ask("GET", f"/api/v1/incidents/{incident['id']}")
    expect(shown["state"] == "open", shown)
    anna.ask("PATCH", f"/api/v1/incidents/{incident['id']}", {"acknowledged": True})
    stage.run("plotmeter-portal", "incident", "comment", "--data", world.data, "--incident", incident["id"], "--text", "renewed soon")
    listed = stage.run_json("plotmeter-portal", "incident", "list", "--data", world.data)
    expect([row["id"] for row in listed] == [incident["id"]] and listed[0]["acknowledged_at"], listed)
    expect(hooks.wrong == [] and mail.in_the_clear == 0, f"{hooks.wrong}, {mail.in_the_clear} mails in the clear")

    # By default no webhook reaches what only the portal's own network can.
    expect(world.portal.stop() == 0, "the portal did not end well")
    serve(world, mail, certificate, "public")
    anna.ask("POST", f"/api/v1/recipients/{desk}/tests", None, 202)

    def trouble():
        deliveries = anna.ask("GET", f"/api/v1/recipients/{desk}/deliveries")["deliveries"]
        return [row["trouble"] for row in deliveries if "trouble" in row]

    wait(trouble, "the webhook is tried")
    expect(trouble() == ["refused: its address is none of the open internet"], trouble())
    expect(len(hooks.posts) == 2, "it was reached all the same")
    anna.ask("POST", "/api/v1/recipients", {"kind": "webhook", "name": "x", "address": "http://10.0.0.7/"}, 422)
    expect(world.portal.stop() == 0, "the portal did not end well")

    for program in (p for p in stage.programs if p.name == "plotmeter-portal"):
        with open(program.log, "rb") as log:
            said = log.read()
        for secret in (link, added["secret"]):
            expect(secret.encode() not in said, "the log has a secret")
    for name, content in every_file(world.data):
        for secret in (link, added["secret"]):
            expect(secret.encode() not in content, f"{name} has {secret!r}")
    print(f"{len(mail.messages)} mails and {len(hooks.posts)} posts, each once")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        certificate, key = make_certificate(stage.dir)
        with MailServer(certificate, key) as mail, Hooks(certificate, key, "") as hooks:
            play(stage, mail, hooks, certificate)


if __name__ == "__main__":
    try:
        main()
    except (Failed, AssertionError) as failed:
        print(failed, file=sys.stderr)
        sys.exit(1)
