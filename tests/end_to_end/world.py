"""A small world for the demo and the end-to-end tests: printers, a portal with one site, a collector."""

import os
import socket
from datetime import timedelta

from stage import free_port, now, text


class World:
    def __init__(self, stage, printers=3, days=1, seed=1, say=lambda line: None):
        self.stage = stage
        self.count = printers
        self.days = days
        self.seed = seed
        self.say = say
        self.begin = now().replace(minute=0, second=0) - timedelta(days=days)
        self.stage.set_time(self.begin)
        self.state = stage.path("collector")
        self.data = stage.path("portal")
        self.database = os.path.join(self.data, "portal.db")
        self.certificate = os.path.join(self.data, "tls", "certificate.pem")
        self.snmp_port = free_port(socket.SOCK_DGRAM)
        self.https_port = free_port()
        self.portal_port = free_port()
        self.url = f"https://127.0.0.1:{self.portal_port}"
        self.network = f"127.60.{os.getpid() % 250}.0/24"

    def start_printers(self, *more):
        self.sim = self.stage.start(
            "plotmeter-sim", "--printers", self.count, "--network", self.network, "--snmp-port", self.snmp_port,
            "--https-port", self.https_port, "--days", self.days, "--start", text(self.begin), "--seed", self.seed,
            "--control", "-", *more)
        ready = self.sim.ready()
        self.printers = ready["printers"]
        self.never = ready["never"]  # texts that the printers show and nobody may take
        self.say(f"{len(self.printers)} simulated printers on {self.network}")

    def add(self, *words):
        return self.stage.run_json("plotmeter-portal", *words, "--data", self.data)

    def start_portal(self):
        self.stage.run("plotmeter-portal", "init", "--data", self.data, "--name", "localhost")
        self.reseller = self.add("reseller", "add", "--name", "North Reprographics")["id"]
        customer = self.add("customer", "add", "--reseller", self.reseller, "--name", "Bridge & Partners")["id"]
        self.site = self.add("site", "add", "--customer", customer, "--name", "Head office", "--time-zone", "UTC")["id"]
        self.code = self.add("enrolment", "add", "--site", self.site)["code"]
        self.token = self.add("token", "add", "--reseller", self.reseller, "--name", "demo", "--role",
                              "reseller_viewer", "--days", str(self.days + 365))["token"]
        self.serve()

    def serve(self, *more):
        self.portal = self.stage.start("plotmeter-portal", "serve", "--data", self.data, "--listen",
                                       f"127.0.0.1:{self.portal_port}", *more)
        self.portal.ready()
        self.say(f"portal at {self.url}")

    def collector(self, *words, **how):
        return self.stage.run("plotmeter-collector", *words, "--state", self.state, **how)

    def reach(self):
        """Where the simulated printers listen, and that they need no pause between requests."""
        return ("--port", self.snmp_port, "--https-port", self.https_port, "--piws-pause", "0")

    def enrol(self):
        self.collector("enrol", "--portal", self.url, "--code", self.code, "--ca", self.certificate)
        self.say("collector enrolled")

    def discover(self):
        first = self.printers[0]["address"].rsplit(".", 1)[0]
        found = self.collector("discover", "--range", f"{first}.1-{len(self.printers) + 10}", *self.reach(),
                               "--packets-per-second", 1000)
        self.say(found.stdout.rstrip())

    def advance(self, at):
        """The printers print until then, and it is then for everybody."""
        self.sim.ask(f"advance {text(at)}")
        self.stage.set_time(at)

    def read_and_send(self):
        self.collector("run", "--once", *self.reach())
