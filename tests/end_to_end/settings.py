#!/usr/bin/python3
"""Settings: the example files are what the programs print, wrong ones are named, and secrets are printed nowhere.

PLOTMETER_GOLDEN=write rewrites docs/collector.example.toml and docs/portal.example.toml.
"""

import argparse
import glob
import os
import re
import sys
from datetime import timedelta

from private import Loud, files_under, search
from stage import Failed
from world import World
from wrong_input import expect, refused

AUTH = "auth-passphrase-of-nobody"
PRIV = "priv-passphrase-of-nobody"
COMMUNITY = "community-for-nobody-else"
PASSWORD = "proxy-password-of-nobody"


def example_files(stage, docs):
    for name in ("collector", "portal"):
        printed = stage.run(f"plotmeter-{name}", "settings").stdout
        path = os.path.join(docs, name + ".example.toml")
        if os.environ.get("PLOTMETER_GOLDEN") == "write":
            with open(path, "w", encoding="utf-8") as f:
                f.write(printed)
        with open(path, encoding="utf-8") as f:
            expect(f.read() == printed, f"{path} is not what plotmeter-{name} settings prints; ./x golden writes it")
        comments = {m[2]: m[1] for m in re.finditer(r"((?:^# .*\n)+)#([a-z-]+) = ", printed, re.MULTILINE)}
        for setting, comment in comments.items():
            expect(len(re.findall(r"[.:;](?:\s|$)", comment)) > 1, f"{setting} of plotmeter-{name}: no reason is given: {comment}")
        # Every line that is commented out may be a line of the file.
        whole = stage.path("whole.toml")
        with open(whole, "w", encoding="utf-8") as f:
            f.write(re.sub(r"^#([a-z\[])", r"\1", printed, flags=re.MULTILINE).replace("[profile.NAME]", "[profile.plant]"))
        stage.run(f"plotmeter-{name}", "settings", "--now", "--config", whole)
        print(f"{len(comments)} settings of plotmeter-{name}, each with its reason")
    stage.run("plotmeter-collector", "run", "--check", "--config", os.path.join(docs, "collector.example.toml"))
    stage.run("plotmeter-portal", "serve", "--check", "--data", "x", "--config", os.path.join(docs, "portal.example.toml"))


def wrong_values(stage):
    """Each value that cannot be meant is found by --check, from the file, with field, what came and what was expected."""
    config = stage.path("wrong.toml")

    def wrong(command, line, *words, more=()):
        with open(config, "w", encoding="utf-8") as f:
            f.write(line + "\n")
        program = "plotmeter-portal" if command == "serve" else "plotmeter-collector"
        refused(stage, program, *command.split(), "--check", "--config", config, *more, code=2, words=words)

    for line, words in {
            'intervall = "3h"': ("intervall", "did you mean interval?"),
            'interval = "soon"': ("interval", "soon", "expected"),
            'interval = "0"': ("interval", "0", "expected"),
            'job-interval = "10 parsecs"': ("job-interval", "10 parsecs", "expected"),
            'rediscover = "weekly"': ("rediscover", "weekly", "expected"),
            'range = "10.0.0.0/33"': ("range", "10.0.0.0/33", "expected"),
            'exclude = ["10.0.0.1", "300.1.1.1"]': ("exclude", "300.1.1.1", "expected"),
            'hosts = "/no/such.csv"': ("hosts", "/no/such.csv"),
            "port = 0": ("port", "0", "from 1 to 65535"),
            "https-port = 65536": ("https-port", "65536", "from 1 to 65535"),
            "http-port = -1": ("http-port", "-1", "from 0 to 65535"),
            "port = 1.5": ("port", "expected"),
            'version = "4"': ("version", "4", "expected"),
            'timeout = "-1s"': ("timeout", "-1s", "expected"),
            "retries = 11": ("retries", "11", "from 0 to 10"),
            "packets-per-second = -1": ("packets-per-second", "-1", "expected"),
            'piws-pause = "x"': ("piws-pause", "x", "expected"),
            'profiles = "/no/such/folder"': ("/no/such/folder",),
            'auth-protocol = "SHA-256"': ("auth-protocol", "user"),
            'user = "meter"\nauth-protocol = "ROT13"': ("auth-protocol", "ROT13", "expected"),
            'user = "meter"\nauth-protocol = "SHA-256"': ("auth-secret-file", "expected"),
            'job-names = "shouted"': ("job-names", "shouted", "expected"),
            'downgrade = "perhaps"': ("downgrade", "perhaps", "true or false"),
            'ca = "/no/such.pem"': ("ca", "/no/such.pem", "expected"),
            'proxy = "socks5://x"': ("proxy", "socks5://x", "expected"),
            "log-size = 0": ("log-size", "0", "from 1 to 1000"),
            "log-count = 101": ("log-count", "101", "from 1 to 100"),
            '[profile.plant]\nrange = "10.0.0.1"\nretries = 99': ("profile.plant", "retries", "99", "from 0 to 10"),
            '[profile.plant]\ncommunity = "x"': ("profile.plant", "range", "expected")}.items():
        wrong("run", line, *words)
    wrong("enrol", 'portal = "http://portal.example"\ncode = "PM1-x"', "portal", "http://portal.example", "expected")
    wrong("serve", 'listen = "here"', "listen", "here", "expected", more=("--data", "x"))
    wrong("serve", "workers = 0", "workers", "0", "from 1 to 256", more=("--data", "x"))
    wrong("serve", "address-rate = 0", "address-rate", "0", "from 1 to 1000000", more=("--data", "x"))
    wrong("outbox", "newest = 0", "newest", "0", "expected")


def secrets(stage):
    world = World(stage, printers=2, days=1)
    files = []
    for name, secret in (("auth", AUTH), ("priv", PRIV)):
        path = stage.path("secret-" + name)
        with open(path, "w", encoding="ascii") as f:
            f.write(secret + "\n")
        os.chmod(path, 0o600)
        files.append(path)
    world.start_printers("--community", COMMUNITY, "--v3-user", f"meter:SHA-256:{AUTH}:AES:{PRIV}")
    world.start_portal()
    world.advance(world.begin + timedelta(hours=5))
    config = stage.path("secret.toml")
    with open(config, "w", encoding="utf-8") as f:
        f.write(f'community = "{COMMUNITY}"\nuser = "meter"\nauth-protocol = "SHA-256"\nauth-secret-file = "{files[0]}"\n'
                f'priv-protocol = "AES-128"\npriv-secret-file = "{files[1]}"\ndowngrade = true\n'
                f'code = "{world.code}"\nhttp-port = 0\n')
    os.chmod(config, 0o600)
    proxy = ("--proxy", f"http://somebody:{PASSWORD}@127.0.0.1:9")
    reach = (*world.reach(), "--config", config)
    log = stage.path("collector.log")
    address = world.printers[0]["address"]
    world.collector("enrol", "--portal", world.url, "--ca", world.certificate, "--config", config)
    world.collector("discover", "--range", address, *reach)
    world.collector("run", "--once", *reach, "--log-file", log)
    world.collector("run", "--once", *reach, *proxy, "--log-file", log, expect=1)
    for words in (("status",), ("status", "--json"), ("outbox", "--json"), ("preview",), ("preview", "--cut")):
        world.collector(*words, "--config", config)
    world.collector("doctor", *reach, expect=None)
    world.collector("doctor", *reach, *proxy, "--json", expect=1)
    stage.run("plotmeter-collector", "read", address, *reach, "--json")
    stage.run("plotmeter-collector", "discover", "--explain", address, *reach)
    stage.run("plotmeter-collector", "diagnose", address, *reach, "--packets-per-second", 5000)
    dumped = stage.run("plotmeter-collector", "settings", "--now", "--config", config).stdout
    expect('community = "<secret>"  # file' in dumped and 'user = "meter"  # file' in dumped, dumped)
    for command in ([], ["run"], ["enrol"], ["doctor"], ["diagnose"]):
        stage.run("plotmeter-collector", *command, "--help")
    for wrong in (("--proxy", f"ftp://somebody:{PASSWORD}@h"), ("--auth-protocol", "none of them"), ("--port", "x")):
        stage.run("plotmeter-collector", "run", "--config", config, *wrong, "--check", expect=2)
    world.portal.stop()
    places = dict(stage.printed)
    for path in (log, *glob.glob(stage.path("plotmeter-portal-*.log"))):
        places |= files_under(path) or {path: open(path, "rb").read()}
    places |= files_under(world.state) | files_under(world.data)
    expect(search(places, [world.printers[0]["serial"]]), "not even a serial number is found; the search is blind")
    shown = {p: c for p, c in places.items() if "plotmeter-portal enrolment" not in p}  # shown once, there
    wrong = search(shown, [AUTH, PRIV, COMMUNITY, PASSWORD, world.code])
    expect(not wrong, "\n".join(wrong))
    expect(os.stat(log).st_mode & 0o077 == 0, "the file of the log is not for its owner alone")
    print(f"{len(places)} files and outputs searched for five secrets, and none found")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--docs", required=True)
    options = parser.parse_args()
    with Loud(options.bin) as stage:
        example_files(stage, options.docs)
        wrong_values(stage)
        secrets(stage)


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"settings: {failed}")
