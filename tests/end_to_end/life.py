#!/usr/bin/python3
"""What printers go through in an ordinary life, by the real programs: what the collector makes of it is in tests/golden/life.

    model-t1600.json    a model as `read` tells it
    sleep-light.json    a scene, step by step: what happened, what the printer's web server was asked then, what `status`
                        says of it, and which jobs were kept, as `preview` shows them

One simulator and one running collector play all scenes at once, each with a printer of its own. Where time decides, the
simulator's does.
"""

import argparse
import json
import os
import re
import ssl
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

from sick import START, Ward, compare, normal, read
from stage import Failed, Stage, end_with, text
from wrong_input import expect

MODELS = ["z9", "xl4100", "z5200", "latex", "t1600", "t2600", "xl3600", "latex570"]
# Each scene has a printer of its own behind those.
SCENES = {"sleep-light": "z9", "sleep-deep": "t2600", "sleep-ledm": "t1600", "reboot": "z9", "reboot-ledm": "xl3600",
          "jobs-deleted": "z9", "jobs-vanish": "latex", "jobs-scan-and-copy": "t2600", "witness": "t770",
          "jobs-ledm": "t1600"}
PIWS = "/LFPWebServices/PI"


def models(stage, ward, golden):
    """Every model as it is, and of one with PIWS that it is read the same in XML and in JSON."""
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda i: read(stage, ward, MODELS[i], ward.printers[i]["address"]), range(len(MODELS))))
    wrong = [line for name, told in zip(MODELS, said) for line in compare(golden, f"model-{name}", told)]
    for name in ("z9", "latex", "t2600"):
        printer = ward.printers[MODELS.index(name)]
        both = {}
        for formats in ("xml", "json"):
            ward.sim.ask(f"odd {printer['serial']} piws={formats}")
            ward.sim.ask(f"asked {printer['serial']}")
            both[formats] = read(stage, ward, f"{name} in {formats}", printer["address"])["reading"]["piws"]
            asked = ward.sim.ask(f"asked {printer['serial']}")["requests"]
            expect(f"GET {PIWS}/InkSystem.{formats} 200" in asked, f"{name} in {formats}: {asked}")
        ward.sim.ask(f"even {printer['serial']}")
        differ = [key for key in both["xml"] | both["json"] if both["xml"].get(key) != both["json"].get(key)]
        expect(not differ, f"{name} is read otherwise in XML than in JSON: " + json.dumps(
            {key: {f: both[f].get(key) for f in both} for key in differ}, ensure_ascii=False)[:3000])
    return wrong


class Play:
    """A running collector; each step of time is one round of it."""

    def __init__(self, stage, ward):
        self.stage = stage
        self.ward = ward
        self.actors = dict(zip(SCENES, ward.printers[len(MODELS):]))
        self.steps = {name: [] for name in SCENES}
        self.jobs = {}
        self.state = stage.path("collector")
        first, last = (self.actors[name]["address"] for name in (list(SCENES)[0], list(SCENES)[-1]))
        at = self.now()
        stage.set_time(at)
        stage.run("plotmeter-collector", "discover", "--state", self.state, "--range",
                  f"{first}-{last.rsplit('.', 1)[1]}", *ward.reach)
        self.running = stage.start("plotmeter-collector", "run", "--state", self.state, "--interval", "1m",
                                   "--job-interval", "1m", "--job-names", "off", *ward.reach)
        self.wait(at)

    def now(self):
        return datetime.strptime(self.ward.sim.ask("now")["now"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)

    def ask(self, command, printer):
        return self.ward.sim.ask(f"{command} {printer['serial']}")

    def wait(self, at):
        """Until the round that began at this instant has ended: then the witness is said to have answered in it."""
        path = os.path.join(self.state, "status.json")
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if os.path.exists(path):
                with open(path, encoding="utf-8") as f:
                    printers = json.load(f)["printers"]
                seen = [p["last_success"] for p in printers if p["serial"] == self.actors["witness"]["serial"]]
                if seen and seen[0] and seen[0] >= at.strftime("%Y-%m-%dT%H:%M:%S"):
                    return
            expect(self.running.popen.poll() is None, f"the collector ended:\n{self.running.errors()}")
            time.sleep(0.02)
        raise Failed(f"no round at {at}:\n{self.running.errors()}")

    def step(self, at, scenes, commands=()):
        """Time goes on to `at`, these things happen, then there is a round. `scenes`: what to call this step in which."""
        self.ward.sim.ask(f"advance {at}")
        for command, name in commands:
            self.ask(command, self.actors[name])
        for name in scenes:
            self.ask("asked", self.actors[name])
        self.stage.set_time(self.now())
        self.wait(self.now())
        statuses = {p["serial"]: p for p in
                    self.stage.run_json("plotmeter-collector", "status", "--state", self.state)["printers"]}
        kept = self.kept()
        for name, what in scenes.items():
            serial = self.actors[name]["serial"]
            # One connection to a deep sleeper may still find room in its queue.
            remarks = [re.sub(r"no (?:connection|whole answer) within \d+ ms", "nothing in its time", remark)
                       for remark in statuses[serial]["remarks"]]
            step = {"now": at, "what": what, "asked": self.asked(name), "error": statuses[serial]["last_error"],
                    "remarks": remarks,
                    "readings": {r["channel"]: {"state": r.get("state"), "meters": len(r["meters"])}
                                 for r in kept["readings"] if (r["printer"], r["at"]) == (serial, at)}}
            if not name.startswith("sleep"):
                step["shown"] = self.shown(name)
                step["new_jobs"] = self.news(name, [job for job in kept["jobs"] if job["printer"] == serial])
            self.steps[name].append(normal(step, self.ward.ports))

    def news(self, name, jobs):
        """Those that are new, or better known than before."""
        before = self.jobs.setdefault(name, {})
        new = []
        for job in jobs:
            key = (job["channel"], job["job"])
            if before.get(key) != job:
                new.append({k: v for k, v in job.items() if k != "printer"})
            before[key] = job
        return new

    def shown(self, name):
        """How many jobs are in which state on the printer's own list; None where it has none."""
        base = self.actors[name]["piws"]
        if base is None:
            return None
        def get(path):
            with urllib.request.urlopen(base + path, context=ssl._create_unverified_context()) as answer:
                return answer.read().decode()
        queue = re.search(r"/LFPWebServices/PI/JQ/JobQueue/[-0-9a-f]*", get("/LFPWebServices/PI/JQ/JobQueueCollection"))[0]
        states = re.findall(r"<JobStatus>(\w+)", get(queue + "/jobs/all"))
        return {state: states.count(state) for state in sorted(set(states))}

    def asked(self, name):
        """What its web server was asked since the last step, without the ids of the queue."""
        ids = {}
        lines = []
        for line in self.ask("asked", self.actors[name])["requests"]:
            words = line.split("/")
            if "JobQueue" in words:
                queue = words[words.index("JobQueue") + 1]
                line = line.replace(queue, ids.setdefault(queue, f"QUEUE-{len(ids) + 1}"))
            lines.append(line.replace("GET ", "", 1))
        return lines

    def kept(self):
        """What waits in the spool, which is everything, since there is no portal here. A printer is its serial number."""
        payload = json.loads(self.stage.run_json("plotmeter-collector", "preview", "--state", self.state)["payload"])
        serials = {p["printer"]: p["serial"] for p in payload["printers"]}
        for row in payload["readings"] + payload["jobs"]:
            row["printer"] = serials[row["printer"]]
        return payload


def day(hour, date=3, minute=0):
    return f"2026-10-{date:02}T{hour:02}:{minute:02}:00Z"


def scenes(play):
    asleep = ["sleep-light", "sleep-deep", "sleep-ledm"]
    reboots = ["reboot", "reboot-ledm"]
    every_job = "jobs-scan-and-copy"
    play.step(day(8), {name: "as ever" for name in asleep + reboots} |
              {"jobs-deleted": "two days' jobs are finished", every_job: "two days' jobs", "jobs-vanish": "two days' jobs"})
    play.step(day(9), {name: "it fell asleep" for name in asleep} | {name: "it was restarted" for name in reboots},
              [("sleep", "sleep-light"), ("deep-sleep", "sleep-deep"), ("sleep", "sleep-ledm"), ("reboot", "reboot"),
               ("reboot", "reboot-ledm")])
    play.step(day(10), {"sleep-light": "it sleeps on", "sleep-ledm": "it sleeps on", "sleep-deep": "it woke"} |
              {name: "as ever" for name in reboots}, [("wake", "sleep-deep")])
    # LEDM lists a job until ten minutes after its end, and says nothing of ink and area.
    for minute, what in ((18, "one is printed"), (24, "it is done"), (40, "it is off the list")):
        play.step(day(10, minute=minute), {"jobs-ledm": what})
    play.step(day(11), {"sleep-light": "it woke", "sleep-ledm": "it woke", every_job: "a day at work"},
              [("wake", "sleep-light"), ("wake", "sleep-ledm")])
    # A job that leaves the list two minutes after its end.
    for minute, what in ((38, "one is printed"), (40, "it is done"), (50, "it is off the list")):
        play.step(day(15, minute=minute), {"jobs-vanish": what})
    play.step(day(20), {every_job: "a day at work", "jobs-vanish": "a day at work"})
    play.step(day(20, date=5), {"jobs-deleted": "the printer deleted some of them, and forgot what they used"})


def nothing_is_lost(play):
    """Every job that was on a list when the collector looked is kept with all that the printer said of it at its best."""
    truth = play.ward.sim.ask(f"truth {START} {text(play.now())}")["jobs"]
    all_kept = play.kept()["jobs"]
    for name in ("jobs-deleted", "jobs-vanish", "jobs-scan-and-copy"):
        serial = play.actors[name]["serial"]
        printed = {job["job"]: job for job in truth if job["serial"] == serial}
        kept = {job["job"]: job for job in all_kept
                if (job["printer"], job["channel"], job["status"]) == (serial, "piws", "printed")}
        expect(kept.keys() <= printed.keys(), f"{name}: invented {kept.keys() - printed.keys()}")
        lost = [job for uuid, job in printed.items() if uuid not in kept and not job["vanished"]]
        expect(name != "jobs-vanish" or any(job["vanished"] for job in printed.values() if job["job"] in kept), "none vanished")
        expect(not lost, f"{name}: lost {lost}")
        for uuid, job in kept.items():
            theirs = printed[uuid]
            ink = {row["colorant"]: row["value"] for row in job.get("ink", [])}
            if theirs["accounted"] and theirs["type"] != "scan":
                expect(ink == {row["colorant"]: row["value"] for row in theirs["ink"]}, f"{name}: {job} was {theirs}")
                expect(job["area"]["value"] == theirs["area"], f"{name}: {job} was {theirs}")
            else:
                expect(not ink and "area" not in job, f"{name}: {job} is not known to have used anything: {theirs}")
            expect(job["type"] == theirs["type"], f"{name}: {job} was {theirs}")
        print(f"{name}: {len(kept)} jobs as the printer knew them at its best")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--bin", required=True)
    parser.add_argument("--golden", required=True)
    options = parser.parse_args()
    os.makedirs(options.golden, exist_ok=True)
    with Stage(options.bin) as stage:
        names = MODELS + list(SCENES.values())
        ward = Ward(stage, "127.95.0.0/24", ",".join(names), [""] * len(names), patience=("--timeout", "10s"))
        stage.set_time(datetime(2026, 10, 3, tzinfo=timezone.utc))  # what is read may name the machine's hour
        wrong = models(stage, ward, options.golden)
        play = Play(stage, ward)
        scenes(play)
        nothing_is_lost(play)
        for name, steps in play.steps.items():
            if steps:
                wrong += compare(options.golden, name, steps)
        expect(not wrong, "\n".join(wrong))


if __name__ == "__main__":
    end_with(main)
