#!/usr/bin/python3
"""The life of the installer by Wine: what it refuses, an installation without a code, one with, an upgrade, a downgrade, both ways of
removal. Printers and portal are programs of this machine. In the end the code is in no file that any of it left.

    msi_life.py --exe plotmeter-collector.exe --wine installer/windows/wine --native build/dev/bin --build installer/windows/msi/build

With --stand-in the exe is msi_stand_in.c and there is neither portal nor printer: the installer alone.
"""

import argparse
import glob
import os
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "end_to_end"))
from stage import Stage, free_port  # noqa: E402
sys.path.pop(0)
from world import World, expect  # noqa: E402

REFUSED = 1603 % 256  # Wine hands exit codes on modulo 256
KEY = r"HKLM\Software\Plotmeter\Collector"
SERVICE = r"HKLM\System\CurrentControlSet\Services\PlotmeterCollector"
SOURCE = r"HKLM\System\CurrentControlSet\Services\EventLog\Application\Plotmeter Collector"
WRONG_CODE = "PM1-WRONG0WRONG0WRONG0WRONG0"


def windows_path(path):
    return "Z:" + path.replace("/", "\\")


class Nobody:
    """In place of printers and a portal, for the stand-in."""

    url, range, settings, codes = "https://portal.example", "127.61.1.0/24", "", ["PM1-GOOD"]

    def __init__(self, stage):
        self.certificate = stage.path("ca.pem")
        with open(self.certificate, "w", encoding="ascii") as file:
            file.write("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n")

    def code(self):
        return self.codes[0]

    def has_readings(self):
        return True


class Others:
    """A printer and a portal, on loopback."""

    def __init__(self, stage):
        snmp, https, port = free_port(socket.SOCK_DGRAM), free_port(), free_port()
        self.stage, self.data, self.url, self.codes = stage, stage.path("portal"), f"https://127.0.0.1:{port}", []
        stage.start("plotmeter-sim", "--printers", 1, "--network", f"127.62.{os.getpid() % 250}.0/24", "--snmp-port", snmp, "--https-port",
                    https, "--control", "-")
        printer = stage.programs[-1].ready()["printers"][0]
        self.range, self.serial = printer["address"], printer["serial"]
        # What an administrator adds by hand, here so that printers without root are found, and soon.
        self.settings = f'port = {snmp}\nhttps-port = {https}\npiws-pause = "0s"\ninterval = "2s"\njob-interval = "2s"\n'
        stage.run("plotmeter-portal", "init", "--data", self.data, "--name", "localhost")
        self.reseller = self.add("reseller", "add", "--name", "North")["id"]
        customer = self.add("customer", "add", "--reseller", self.reseller, "--name", "Bridge")["id"]
        self.site = self.add("site", "add", "--customer", customer, "--name", "Office", "--time-zone", "UTC")["id"]
        stage.start("plotmeter-portal", "serve", "--data", self.data, "--listen", f"127.0.0.1:{port}").ready()
        self.certificate = os.path.join(self.data, "tls", "certificate.pem")

    def add(self, *words):
        return self.stage.run_json("plotmeter-portal", *words, "--data", self.data)

    def code(self):
        self.codes.append(self.add("enrolment", "add", "--site", self.site)["code"])
        return self.codes[-1]

    def has_readings(self):
        return self.serial in self.stage.run("plotmeter-portal", "export", "usage", "--data", self.data, "--reseller", self.reseller,
                                             "--from", "2020-01-01", "--to", "2100-01-01").stdout


class Installer:
    """msiexec in a world, with a log of each call."""

    def __init__(self, world, stage, build, exe):
        self.world, self.stage, self.calls = world, stage, 0
        self.packages = {}
        for version in ("0.1.0", "0.2.0"):
            self.packages[version] = stage.path(f"collector-{version}.msi")
            subprocess.run([build, exe, version, self.packages[version]], check=True, timeout=300)
        self.data = os.path.join(world.program_data, "Plotmeter")
        # By this value the installer knows Windows 10; Wine is an older one of itself.
        world.wine("reg", "add", r"HKLM\Software\Microsoft\Windows NT\CurrentVersion", "/v", "CurrentMajorVersionNumber", "/t", "REG_DWORD",
                   "/d", "10", "/f")
        # The world has it where an installer would put it.
        os.remove(world.exe)
        os.rmdir(os.path.dirname(world.exe))

    def call(self, what, version, code=0, **properties):
        self.calls += 1
        log = self.stage.path(f"msi-{self.calls}.log")
        # Without pipes: Wine starts a desktop for msiexec, which outlives it and would hold them open.
        done = subprocess.run(["wine", "msiexec", what, windows_path(self.packages[version]), "/qn", "/l*v", windows_path(log),
                               *(f"{name}={value}" for name, value in properties.items())], env=self.world.environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=400, check=False)
        with open(log, "rb") as file:
            raw = file.read()
        said = raw.decode("utf-16" if raw.startswith(b"\xff\xfe") else "utf-8", "replace")
        expect(done.returncode == code, f"msiexec {what} {version} {sorted(properties)}: expected {code}, got {done.returncode}\n{said[-30000:]}")
        return said

    def install(self, version, **properties):
        return self.call("/i", version, **properties)

    def remove(self, version, **properties):
        self.stop()
        return self.call("/x", version, **properties)

    def state(self):
        said = self.world.wine("sc", "query", "PlotmeterCollector")
        words = [line.split()[-1] for line in said.out.splitlines() if "STATE" in line]
        if words:
            return words[0]
        return "none" if self.world.wine("reg", "query", SERVICE).code != 0 else f"unknown: {said}"

    def stop(self):
        """Wine's installer does not wait for a service that is stopping."""
        self.world.wine("net", "stop", "PlotmeterCollector")
        self.world.until(lambda: not self.processes(), "the process of the service is gone")

    def processes(self):
        mine = f"WINEPREFIX={self.world.prefix}".encode()
        found = []
        for folder in glob.glob("/proc/[0-9]*"):
            try:
                with open(folder + "/cmdline", "rb") as line, open(folder + "/environ", "rb") as environment:
                    if b"plotmeter-collector.exe" in line.read() and mine in environment.read().split(b"\0"):
                        found.append(folder)
            except OSError:
                pass  # it has ended meanwhile, or is somebody else's
        return found

    def registry(self, name):
        said = self.world.wine("reg", "query", KEY, "/v", name)
        return said.out.split("REG_SZ", 1)[1].strip() if said.code == 0 and "REG_SZ" in said.out else None

    def file(self, name):
        return os.path.join(self.data, name)

    def text(self, name):
        with open(self.file(name), encoding="utf-8", newline="") as file:
            return file.read()

    def is_clean(self, why):
        """Nothing of the program is left; data is another thing."""
        expect(self.state() == "none", f"{why}: the service is there: {self.state()}")
        expect(not os.path.exists(self.world.exe), f"{why}: the program is there")
        expect(self.registry("Version") is None and self.world.wine("reg", "query", SOURCE).code != 0, f"{why}: the registry has something")


def refuses(msi, others):
    """Each with a sentence in the log, and nothing left."""
    good = {"PORTAL": others.url, "CA": windows_path(others.certificate), "RANGES": others.range}
    for wish, words in (({**good, "CODE": WRONG_CODE}, "enrolment at"),
                        ({"CODE": WRONG_CODE}, ""),  # a launch condition: Wine logs none of their sentences
                        ({**good, "RANGES": "nonsense/99"}, "nonsense/99"),
                        ({**good, "CA": r"C:\nowhere.pem"}, "which is not there")):
        said = msi.install("0.1.0", code=REFUSED, **wish)
        expect(words in said, f"the log does not say '{words}': {said[-30000:]}")
        msi.is_clean(f"{sorted(wish)} refused")
        for name in ("collector.toml", "collector.toml.before", "identity.json"):
            expect(not os.path.exists(msi.file(name)), f"{sorted(wish)} refused: {name} is left")


def without_a_code(msi):
    msi.install("0.1.0")
    expect(msi.state() == "RUNNING", f"the service: {msi.state()}")
    msi.world.until(lambda: "not enrolled" in msi.text("collector.log"), "the service says that it is not enrolled")
    expect(not os.path.exists(msi.file("identity.json")), "enrolled without a code")
    msi.remove("0.1.0")
    msi.is_clean("removed")
    expect(os.path.exists(msi.file("spool.db")), "the data is gone")


def with_a_code(msi, others):
    with open(msi.file("collector.toml"), "a", encoding="utf-8", newline="") as file:
        file.write("# by the administrator\r\n" + others.settings)
    msi.install("0.1.0", PORTAL=others.url, CODE=others.code(), RANGES=others.range + ",127.61.2.0/28", CA=windows_path(others.certificate))
    expect(msi.state() == "RUNNING" and os.path.exists(msi.file("identity.json")), f"not enrolled: {os.listdir(msi.data)}")
    expect(f'range = ["{others.range}", "127.61.2.0/28"]' in msi.text("collector.toml"), f"settings: {msi.text('collector.toml')}")
    with open(others.certificate, encoding="ascii") as file:
        expect(msi.text("portal-ca.pem") == file.read(), "another CA is kept")
    expect((msi.registry("Portal"), msi.registry("Version")) == (others.url, "0.1.0"), "the registry does not know the portal")
    expect("plotmeter-collector.exe" in msi.world.wine("reg", "query", SOURCE).out, "no source of events")
    msi.world.until(others.has_readings, "the portal has a reading of the printer", 240)


def upgrades(msi, others):
    """Spool, identity and what the administrator wrote stay, and no code is needed; with one, it is not used."""
    msi.stop()
    before = {name: msi.text(name) for name in ("collector.toml", "portal-ca.pem", "identity.json")}
    spool = os.stat(msi.file("spool.db")).st_ino
    msi.install("0.2.0")
    expect(msi.state() == "RUNNING", f"after the upgrade: {msi.state()}")
    kept = (msi.registry("Portal"), msi.registry("Version"))
    expect(kept == (others.url, "0.2.0"), f"the portal is forgotten: {kept}, not {others.url}")
    expect({name: msi.text(name) for name in before} == before, "settings or identity changed")
    expect(os.stat(msi.file("spool.db")).st_ino == spool, "another spool")
    programs = msi.world.wine("reg", "query", r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall", "/s").out
    entries = [line.split("REG_SZ")[1].strip() for line in programs.splitlines() if line.split()[:1] == ["DisplayName"] and "REG_SZ" in line]
    expect(entries.count("Plotmeter Collector") == 1, f"entries in Programs: {programs}")
    msi.stop()
    msi.install("0.1.0", code=REFUSED)
    expect(msi.registry("Version") == "0.2.0" and os.path.exists(msi.world.exe), "the older one is installed")
    expect({name: msi.text(name) for name in before} == before, "the refused downgrade changed something")


def given_again(msi, others):
    """Removed and installed anew over its data: the marked lines change as given, and nothing else; a used code is not asked for."""
    msi.remove("0.2.0")
    said = msi.install("0.2.0", RANGES="127.61.3.0/28", PROXY="http://user:pass%20word@127.0.0.1:9", PORTAL=others.url, CODE=others.codes[-1])
    settings = msi.text("collector.toml")
    expect("is enrolled, so CODE is not used" in said, f"the log: {said[-2000:]}")
    for part in ('range = ["127.61.3.0/28"]\r\n', 'proxy = "http://user:pass%20word@127.0.0.1:9"\r\n', "portal-ca.pem", "# by the administrator\r\n"):
        expect(settings.count(part) == 1, f"{part!r} is not there once: {settings}")
    msi.stop()
    own = others.settings + "# mine\r\n"
    with open(msi.file("collector.toml"), "w", encoding="utf-8", newline="") as file:
        file.write(own)
    said = msi.install("0.2.0", REINSTALL="ALL", RANGES="127.61.4.0/28")
    expect(msi.text("collector.toml") == own and "is kept as it is" in said, f"a file without the marks was written: {msi.text('collector.toml')}")


def purges(msi, stage):
    """With PURGE=1 the data goes, and only that: what a link in it points to stays."""
    outside = stage.path("outside")
    os.mkdir(outside)
    with open(os.path.join(outside, "precious"), "w", encoding="ascii") as file:
        file.write("not ours")
    os.symlink(outside, msi.file("link"))
    os.makedirs(msi.file("profiles/deep"))
    said = msi.remove("0.2.0", PURGE=1)
    msi.is_clean("purged")
    expect(os.path.exists(os.path.join(outside, "precious")), "what a link points to was removed")
    # Wine takes a link of this machine for one, and cannot remove it; that is said.
    expect(os.listdir(msi.data) == ["link"] and "link stays: " in said, f"left: {os.listdir(msi.data)}; the log: {said[-2000:]}")
    os.remove(msi.file("link"))
    msi.install("0.2.0")
    msi.remove("0.2.0", PURGE=1)
    msi.is_clean("purged again")
    expect(not os.path.lexists(msi.data), f"left: {os.listdir(msi.data) if os.path.isdir(msi.data) else ''}")
    expect(os.path.isdir(msi.world.program_data), "ProgramData itself is gone")


def holding(folders, text):
    """The files that have the text in them, as Windows or we write it."""
    found = []
    for folder in folders:
        for place, _, names in os.walk(folder):
            for path in (os.path.join(place, name) for name in names):
                if not os.path.isfile(path) or os.path.islink(path):
                    continue
                with open(path, "rb") as file:
                    content = file.read()
                if text.encode() in content or text.encode("utf-16-le") in content:
                    found.append(path)
    return found


def tells_nobody(msi, stage, codes):
    """Logs of msiexec, of the service and of portal and printers; the registry; what Windows Installer keeps; all of it."""
    folders = (msi.world.dir, stage.dir)
    expect(holding(folders, "PlotmeterCollector"), "the search finds nothing at all")
    logs = glob.glob(stage.path("msi-*.log"))
    expect(len(logs) == msi.calls and all(os.path.getsize(log) for log in logs), f"no logs to look at: {logs}")
    expect(holding([stage.dir], "Property(S): RANGES"), "the logs show no properties at all")
    expect(not (found := holding([stage.dir], "pass%20word")), f"the proxy's password is in {found}")
    for code in (*codes, WRONG_CODE):
        expect(not (found := holding(folders, code)), f"a code is in {found}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name, words in (("exe", "plotmeter-collector.exe"), ("wine", "installer/windows/wine"), ("build", "installer/windows/msi/build"),
                        ("native", "folder with plotmeter-portal and plotmeter-sim")):
        parser.add_argument("--" + name, required=True, help=words)
    parser.add_argument("--stand-in", action="store_true")
    given = parser.parse_args()
    if not given.stand_in and not os.path.exists(os.path.join(given.native, "plotmeter-portal")):
        print(f"skipped: no plotmeter-portal in {given.native}")
        sys.exit(77)
    with Stage(given.native) as stage, World(given) as world:
        others = Nobody(stage) if given.stand_in else Others(stage)
        msi = Installer(world, stage, given.build, given.exe)
        for step, *words in ((refuses, msi, others), (without_a_code, msi), (with_a_code, msi, others), (upgrades, msi, others),
                             (given_again, msi, others)):
            began = time.monotonic()
            step(*words)
            print(f"{step.__name__} {time.monotonic() - began:.1f} s", flush=True)
        tells_nobody(msi, stage, others.codes)  # while the data is there
        purges(msi, stage)
        tells_nobody(msi, stage, others.codes)


main()
