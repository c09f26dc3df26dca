#!/usr/bin/python3
"""Discovery by the real programs: a sweep that is killed goes on, who comes later is found, host lists, profiles, explanations
and wrong settings."""

import argparse
import json
import os
import signal
import socket
import sqlite3
import sys
import time

from stage import Failed, Stage, free_port
from wrong_input import expect, refused


def sweep(state):
    try:
        with sqlite3.connect(f"file:{state}/spool.db?mode=ro", uri=True) as db:
            return db.execute("SELECT next, finished_at FROM sweep").fetchone() or (0, None)
    except sqlite3.Error:
        return (0, None)


def wait_for(is_so, what):
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.05)
    raise Failed(f"{what}: not within 30 s")


def killed_and_goes_on(stage, reach):
    state = stage.path("killed")
    words = ("run", "--state", state, "--range", "127.92.0.0/22", *reach, "--retries", 0, "--packets-per-second", 100)
    first = stage.start("plotmeter-collector", *words)
    wait_for(lambda: sweep(state)[0] > 0, "progress is kept")
    first.popen.send_signal(signal.SIGKILL)
    first.popen.wait()
    at, finished = sweep(state)
    expect(0 < at < 1022 and finished is None, f"killed at {at}, finished {finished}")
    second = stage.start("plotmeter-collector", *words)
    wait_for(lambda: sweep(state)[1] is not None, "the sweep ends")
    second.stop()
    log = second.errors()
    expect("discovery_goes_on" in log, f"it began anew:\n{log}")
    expect(known(state) == {f"127.92.0.{n}" for n in range(1, 5)}, f"known: {known(state)}")
    print(f"killed at place {at}; went on to the end")


def known(state):
    with sqlite3.connect(f"file:{state}/spool.db?mode=ro", uri=True) as db:
        return {row[0] for row in db.execute("SELECT host FROM known_printer")}


def appears_later(stage, again="3s"):
    """One that is switched on after the first sweep is found by the next one of its profile, and read, by the collector that runs."""
    snmp_port, https_port = free_port(socket.SOCK_DGRAM), free_port()
    sim = stage.start("plotmeter-sim", "--printers", 2, "--network", "127.93.8.0/24", "--snmp-port", snmp_port, "--https-port", https_port,
                      "--odd", "2:dead", "--control", "-")
    there, later = [printer["address"] for printer in sim.ready()["printers"]]
    config = stage.path("later.toml")
    with open(config, "w", encoding="utf-8") as f:
        f.write(f"[profile.plant]\nrange = '127.93.8.1-8'\nport = {snmp_port}\nhttps-port = {https_port}\ntimeout = '300ms'\nretries = 0\n"
                f"rediscover = '{again}'\n")
    state = stage.path("later")
    running = stage.start("plotmeter-collector", "run", "--config", config, "--state", state, "--piws-pause", 0)
    wait_for(lambda: sweep(state)[1] is not None, "the first sweep ends")
    expect(known(state) == {there}, f"known after the first sweep: {known(state)}")
    sim.ask(f"even {later}")
    wait_for(lambda: known(state) == {there, later}, "who was switched on is found")

    def kept():
        told = stage.run_json("plotmeter-collector", "status", "--state", state)["printers"]
        return {p["address"].split(":")[0] for p in told if p["last_kept"]}
    wait_for(lambda: kept() == {there, later}, "and is read")
    print(f"{later} was switched on later, found and read")


def host_list_and_profile(stage, reach, snmp_port, https_port):
    hosts = stage.path("hosts.csv")
    with open(hosts, "w", encoding="utf-8") as f:
        f.write("\ufeffaddress;label;profile\r\n127.92.0.2;Archive, 2nd floor;plant\r\n127.92.0.3;;\r\n")
    config = stage.path("collector.toml")
    with open(config, "w", encoding="utf-8") as f:
        f.write(f"[profile.plant]\nrange = '127.92.0.4'\nport = {snmp_port}\nhttps-port = {https_port}\n")
    done = stage.run("plotmeter-collector", "discover", "--hosts", hosts, "--config", config, *reach, "--json")
    found = {d["address"].split(":")[0]: d for d in json.loads(done.stdout)}
    expect(set(found) == {"127.92.0.2", "127.92.0.3", "127.92.0.4"}, f"found {set(found)}")
    expect(found["127.92.0.2"]["label"] == "Archive, 2nd floor", f"{found['127.92.0.2']}")
    expect(found["127.92.0.2"]["discovery_profile"] == "plant" and "discovery_profile" not in found["127.92.0.3"], "profiles")
    with open(hosts, "a", encoding="utf-8") as f:
        f.write("10.0.0.300;;\r\n")
    refused(stage, "plotmeter-collector", "discover", "--hosts", hosts, "--config", config, "--check", code=2,
            words=["hosts.csv, line 4", "10.0.0.300", "expected"])


def listed_and_silent_over_snmp(stage, reach):
    """Nobody knows the community; who is listed is known by its web server, read there alone, and kept."""
    hosts = stage.path("silent.csv")
    with open(hosts, "w", encoding="utf-8") as f:
        f.write("address,label\n127.92.0.1,Archive\n127.92.0.99,nobody\n")
    state = stage.path("by-web")
    words = ("--hosts", hosts, "--range", "127.92.0.2", *reach, "--community", "not-this-one", "--retries", 0)
    found = {d["address"].split(":")[0]: d for d in stage.run_json("plotmeter-collector", "discover", "--state", state, *words)}
    listed = found["127.92.0.1"]
    expect(listed["verdict"] == "large-format" and listed["channels"] == ["piws"], f"listed: {listed}")
    expect("silent over SNMP" in listed["rule"] and listed["reading"]["piws"]["meters"], f"listed: {listed}")
    expect(found["127.92.0.2"]["verdict"] == "silent", "a stranger of a range is asked by SNMP only")
    expect("piws: the port is closed" in found["127.92.0.99"]["rule"], f"nobody there: {found['127.92.0.99']}")
    stage.run("plotmeter-collector", "run", "--once", "--state", state, *reach, "--community", "not-this-one", expect=None)
    told = stage.run_json("plotmeter-collector", "status", "--state", state)["printers"]
    expect([p["serial"] for p in told] == [listed["serial"]] and told[0]["last_kept"], f"metered over its web server: {told}")
    # The same by the sweep of a collector that runs.
    done = stage.run("plotmeter-collector", "run", "--once", "--state", stage.path("by-web-2"), *words, expect=None)
    told = stage.run_json("plotmeter-collector", "status", "--state", stage.path("by-web-2"))["printers"]
    expect([p["serial"] for p in told] == [listed["serial"]], f"found by run: {told}\n{done.stderr}")
    done = stage.run("plotmeter-collector", "discover", "--explain", "127.92.0.1", *reach, "--community", "not-this-one")
    expect("Verdict: large-format, because it is silent over SNMP" in done.stdout, done.stdout)


def explanations(stage, reach):
    done = stage.run("plotmeter-collector", "discover", "--explain", "127.92.0.1", *reach)
    for words in ("sysObjectID.0 (1.3.6.1.2.1.1.2.0)", "Identification.xml", "/DevMgmt/DiscoveryTree.xml", "HTTP 404", "Is its maker HP?", "Verdict: large-format"):
        expect(words in done.stdout, f"no {words!r} in:\n{done.stdout}")
    expect("public" not in done.stdout, "it says the community")
    done = stage.run("plotmeter-collector", "discover", "--explain", "127.92.0.99", *reach, expect=1)
    expect("Verdict: silent" in done.stdout and "no answer" in done.stdout, done.stdout)


def explained_as_run_sees_it(stage):
    """By the profile that covers the address, in both contexts of SNMPv3, and with the keys that web servers had."""
    snmp_port, https_port = free_port(), free_port()
    with open(stage.path("auth"), "w", encoding="ascii") as f:
        f.write("authsecret\n")
    os.chmod(stage.path("auth"), 0o600)
    config = stage.path("explained.toml")
    with open(config, "w", encoding="utf-8") as f:
        f.write(f"range = '127.93.7.0/24'\n[profile.plant]\nrange = '127.93.0.0/28'\nport = {snmp_port}\nhttps-port = {https_port}\n"
                f"timeout = '300ms'\nuser = 'rosa'\nauth-protocol = 'SHA-256'\nauth-secret-file = '{stage.path('auth')}'\n")
    state = stage.path("explained")
    sim = stage.start("plotmeter-sim", "--printers", 1, "--network", "127.93.0.0/16", "--snmp-port", snmp_port, "--https-port", https_port,
                      "--odd", "1:jetdirect-context", "--v3-user", "rosa:SHA-256:authsecret", "--control", "-")
    sim.ready()
    words = ("--config", config, "--state", state, "--piws-pause", "0")
    found = stage.run_json("plotmeter-collector", "discover", *words, "--profile", "plant")
    expect([(p["verdict"], p.get("discovery_profile")) for p in found if p["verdict"] != "silent"] == [("large-format", "plant")], f"{found}")

    explain = ("plotmeter-collector", "discover", "--explain", "127.93.0.1", *words)
    said = stage.run(*explain).stdout
    for part in ("Asked with the profile plant, because one of its ranges covers the address.", "v3, user rosa, context Jetdirect for",
                 f"because {found[0]['rule']}." if len(found) == 1 else "Verdict: large-format", found[0]["serial"], "PIWS in short: it says it is"):
        expect(part in said, f"no {part!r} in:\n{said}")
    expect("because --profile names it" in stage.run(*explain, "--profile", "default", expect=None).stdout, "--profile")

    def keys():
        with sqlite3.connect(f"file:{state}/spool.db?mode=ro", uri=True) as db:
            return sorted(db.execute("SELECT * FROM certificate").fetchall())
    before = keys()
    sim.ask(f"odd {found[0]['serial']} web=new-certificate")
    said = stage.run(*explain).stdout
    expect("PIWS in short: certificate changed" in said, f"a changed key is not refused:\n{said}")
    expect(keys() == before, "an explanation remembers a key")
    sim.stop()


def wrong_settings(stage):
    short = stage.path("short")
    with open(short, "w", encoding="ascii") as f:
        f.write("hunter2\n")
    os.chmod(short, 0o600)
    user = ("--user", "meter", "--auth-protocol", "SHA-256", "--auth-secret-file", short)
    refused(stage, "plotmeter-collector", "discover", *user, "--check", code=2, words=["auth-secret-file", "7 octets", "expected"])
    os.chmod(short, 0o644)
    refused(stage, "plotmeter-collector", "discover", *user, "--check", code=2, words=["others may open", "chmod 600"])
    done = stage.run("plotmeter-collector", "discover", "--range", "no-such-host.invalid", expect=1)
    expect("no-such-host.invalid" in done.stderr, done.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--example", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        snmp_port, https_port = free_port(), free_port()
        sim = stage.start("plotmeter-sim", "--printers", 4, "--network", "127.92.0.0/16", "--snmp-port", snmp_port,
                          "--https-port", https_port)
        sim.ready()
        reach = ("--port", snmp_port, "--https-port", https_port, "--timeout", "300ms", "--piws-pause", "0")
        stage.run("plotmeter-collector", "run", "--config", options.example, "--check")
        wrong_settings(stage)
        explanations(stage, reach)
        explained_as_run_sees_it(stage)
        listed_and_silent_over_snmp(stage, reach)
        host_list_and_profile(stage, reach, snmp_port, https_port)
        killed_and_goes_on(stage, reach)
        appears_later(stage)


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"discovery: {failed}")
