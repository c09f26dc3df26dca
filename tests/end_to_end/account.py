"""What the portal stores, held against what the printers showed and what the collectors had kept: row by row, to the unit.

    account = Account()
    account.stands(at, sim.ask(...)["meters"])   # what every meter shows while the wall clock stands there
    account.kept(state_directory)                # after every run of a collector, killed or not: what its spool holds then
    account.was_read(at)                         # a round came to its end, and every printer answered in full
    account.wrong(portal_database)               # sentences; none when all is as it must be
    account.blind(portal_database)               # what this would not have seen; none

A value may be stored only where a meter showed it then; it must be stored where a spool held it at any time, or where a
collector said that it had read all. An alert, an event that a spool held at any time must be stored, and of a job the
best of what they held. Account.blind() breaks a copy of the portal's database in every such way and says which of them
nobody would see.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections import defaultdict
from datetime import datetime, timezone
from decimal import Decimal

MOST_TOLD = 20  # sentences of a kind


def millis(instant):
    """Milliseconds since 1970 of a datetime, or of its text on the wire."""
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant.replace("Z", "+00:00"))
    return round((instant - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds() * 1000)


def meter_key(serial, channel, meter):
    return (serial, channel, meter["meter"], meter.get("colorant") or "", meter.get("media") or "", meter["unit"])


def values_wrong(stored, shown, kept, read):
    """`stored`: [(meter, at, value)]. `shown`: at -> meter -> value. `kept`: (meter, at) -> value. `read`: {at}."""
    wrong = []
    there = defaultdict(list)
    for meter, at, value in stored:
        there[meter[:-1], at].append((meter, value))  # another unit is the same count told twice
    for (_, at), rows in there.items():
        for meter, value in rows:
            truth = shown.get(at, {}).get(meter)
            if truth is None:
                wrong.append(f"nobody showed {meter} at {at}, and it is stored as {value}")
            elif Decimal(truth) != Decimal(value):
                wrong.append(f"{meter} showed {truth} at {at}, and {value} is stored")
        if len(rows) > 1:
            wrong.append(f"{rows[0][0]} at {at} is stored {len(rows)} times: {[value for _, value in rows]}")
    for (meter, at), value in kept.items():
        if (meter[:-1], at) not in there:
            wrong.append(f"{meter} at {at} was kept as {value}, and is not stored")
    for at in read:
        for meter in shown[at]:
            if (meter[:-1], at) not in there and (meter, at) not in kept:
                wrong.append(f"{meter} was read at {at}, and is not stored")
    return wrong


# Of a job: what both the spool's record and the portal's row name alike.
JOB_WORDS = ("type", "media")
JOB_COUNTS = ("pages", "printed_pages", "copies", "printed_copies")
JOB_AMOUNTS = ("area", "length")
FINAL = ("printed", "cancelled", "failed")


def job_contents(job):
    """A job as a batch tells it, as what is compared: words, and amounts by their name and unit."""
    amounts = {(member, ""): Decimal(job[member]) for member in JOB_COUNTS if job.get(member) is not None}
    amounts |= {(member, job[member]["unit"]): Decimal(job[member]["value"]) for member in JOB_AMOUNTS if job.get(member)}
    amounts |= {(i["colorant"], i["unit"]): Decimal(i["value"]) for i in job.get("ink", [])}
    return {"status": job["status"], "words": {member: job[member] for member in JOB_WORDS if job.get(member)},
            "amounts": amounts}


def progress(contents):
    return 2 if contents["status"] in FINAL else 1 if contents["status"] == "printing" else 0


def jobs_wrong(stored, kept):
    """`stored`: [(job, contents)]; `kept`: job -> [contents], all that any spool ever held of it.

    Of all that the best must be stored, and amounts only grow: the end if one was told, and each amount at its most.
    """
    wrong = []
    there = {}
    for job, contents in stored:
        if job in there:
            wrong.append(f"job {job} is stored twice")
        there[job] = contents
    for job, told in kept.items():
        if job not in there:
            wrong.append(f"job {job} was kept, and is not stored")
            continue
        contents = there[job]
        furthest = max(map(progress, told))
        statuses = {one["status"] for one in told if progress(one) == furthest}
        amounts = {}
        for one in told:
            for name, amount in one["amounts"].items():
                amounts[name] = max(amount, amounts.get(name, amount))
        words = {word for one in told for word in one["words"].items()}
        if contents["status"] not in statuses:
            wrong.append(f"job {job} was kept as {statuses}, and is stored as {contents['status']}")
        if contents["amounts"] != amounts:
            wrong.append(f"job {job} was kept with {amounts}, and is stored with {contents['amounts']}")
        if not set(contents["words"].items()) <= words or {name for name, _ in words} != set(contents["words"]):
            wrong.append(f"job {job} was kept with {words}, and is stored with {contents['words']}")
    wrong += [f"job {job} is stored, and no spool ever held it" for job in there if job not in kept]
    return wrong


def alerts_wrong(stored, kept):
    """`stored`: [(alert, cleared)]; `kept`: alert -> whether it was ever kept as cleared.

    One is over as well when another with its key began later: a spool that was put back never ends what it does not know of.
    """
    there = dict(stored)
    wrong = [f"alert {alert} is stored twice" for alert in there if sum(a == alert for a, _ in stored) > 1]
    newest = {}
    for alert in kept:
        newest[alert[:3]] = max(newest.get(alert[:3], 0), alert[3])
    for alert, cleared in kept.items():
        is_over = cleared or alert[3] < newest[alert[:3]]
        if alert not in there:
            wrong.append(f"alert {alert} was kept, and is not stored")
        elif is_over and not there[alert]:
            wrong.append(f"alert {alert} has ended, and stands for ever")
        elif there[alert] and not is_over:
            wrong.append(f"alert {alert} never ended, and is stored as ended")
    return wrong + [f"alert {alert} is stored, and no spool ever held it" for alert in there if alert not in kept]


def events_wrong(stored, kept):
    """Both: [event], `kept` without repetition."""
    wrong = [f"event {event} was kept, and is not stored" for event in kept if event not in stored]
    wrong += [f"event {event} is stored twice" for event in set(stored) if stored.count(event) > 1]
    return wrong + [f"event {event} is stored, and no spool ever held it" for event in set(stored) - set(kept)]


# One row of many, wherever it is.
SOME_VALUE = "WHERE (meter, at) = (SELECT meter, at FROM meter_reading LIMIT 1 OFFSET (SELECT count(*) / 2 FROM meter_reading))"
SOME_JOB = ("WHERE (printer, channel, job) = (SELECT printer, channel, job FROM job WHERE ink != '[]' LIMIT 1"
            " OFFSET (SELECT count(*) / 2 FROM job WHERE ink != '[]'))")
SOME_ALERT = ("WHERE (printer, channel, key, since) = (SELECT printer, channel, key, since FROM alert LIMIT 1"
              " OFFSET (SELECT count(*) / 2 FROM alert))")

# What may go wrong with a stored row.
BREAKS = {
    "a value is lost": [f"DELETE FROM meter_reading {SOME_VALUE}"],
    "a value is off by one": [f"UPDATE meter_reading SET value = value + 1 {SOME_VALUE}"],
    "a value is of another instant": [f"UPDATE meter_reading SET at = at + 1 {SOME_VALUE}"],
    "a value is stored twice, in another unit": [
        "INSERT INTO meter SELECT (SELECT max(number) + 1 FROM meter), reseller_id, printer, channel, meter, colorant, media,"
        f" 'other', outranked FROM meter WHERE number = (SELECT meter FROM meter_reading {SOME_VALUE})",
        "INSERT INTO meter_reading SELECT reseller_id, (SELECT max(number) FROM meter), at, value + 1, batch"
        f" FROM meter_reading {SOME_VALUE}"],
    "a job is lost": [f"DELETE FROM job {SOME_JOB}"],
    "a job is stored twice": [
        "INSERT INTO job SELECT reseller_id, printer, 'snmp', job, sighting, " + ", ".join((
            "revision", "seen_at", "type", "status", "submitted", "started", "finished", "clock_offset_ms", "copies",
            "printed_copies", "pages", "printed_pages", "media", "area", "area_unit", "length", "length_unit", "quality", "ink",
            "batch", "traits")) + f" FROM job {SOME_JOB} AND channel != 'snmp'"],
    "a job is not the best that was kept": [f"UPDATE job SET status = 'printing' {SOME_JOB}"],
    "a job has used less": [f"UPDATE job SET printed_pages = printed_pages - 1 {SOME_JOB}"],
    "a job has no ink": [f"UPDATE job SET ink = '[]' {SOME_JOB}"],
    "an alert is lost": [f"DELETE FROM alert {SOME_ALERT}"],
    "an alert ends that did not, or stands though it ended": [
        f"UPDATE alert SET cleared_at = iif(cleared_at IS NULL, since, NULL) {SOME_ALERT}"],
    "an event is lost": ["DELETE FROM event WHERE (printer, channel, kind, key) ="
                         " (SELECT printer, channel, kind, key FROM event LIMIT 1)"],
}


class Account:
    def __init__(self):
        self.shown = {}  # at -> meter -> value
        self.read = set()  # at
        self.values = {}  # (meter, at) -> value, that a spool held
        self.jobs = defaultdict(list)  # job -> [contents]
        self.alerts = {}  # alert -> cleared
        self.events = set()
        self.batches = set()
        self.looks = 0

    def stands(self, at, meters):
        self.shown[millis(at)] = {meter_key(row["serial"], row["channel"], row): row["closing"] for row in meters}

    def was_read(self, at):
        self.read.add(millis(at))

    # What a spool holds.

    def reading(self, serial, body):
        for meter in body.get("meters", []):
            self.values[meter_key(serial, body["channel"], meter), millis(body["at"])] = meter["value"]

    def job(self, serial, job):
        contents = job_contents(job)
        seen = self.jobs[serial, job["channel"], job["job"]]
        if contents not in seen:
            seen.append(contents)

    def alert(self, serial, channel, key, since, cleared):
        alert = (serial, channel, key, since)
        self.alerts[alert] = self.alerts.get(alert, False) or cleared

    def batch(self, payload):
        said = json.loads(payload)
        serials = {p["printer"]: p.get("serial", "") for p in said["printers"]}
        for reading in said.get("readings", []):
            self.reading(serials[reading["printer"]], reading)
        for job in said.get("jobs", []):
            self.job(serials[job["printer"]], job)
        for alert in said.get("alerts", []):
            self.alert(serials[alert["printer"]], alert["channel"], alert["key"], millis(alert["since"]),
                       "cleared_at" in alert)
        for event in said.get("events", []):
            self.events.add((serials[event["printer"]], event.get("channel", "none"), event["kind"], event["key"]))

    def kept(self, state):
        """Looks at a copy: the collector itself shall be the one that recovers its file."""
        source = os.path.join(state, "spool.db")
        if not os.path.exists(source):
            return
        self.looks += 1
        with tempfile.TemporaryDirectory() as folder:
            for part in ("", "-wal"):
                with contextlib.suppress(FileNotFoundError):
                    shutil.copy(source + part, os.path.join(folder, "spool.db" + part))
            with contextlib.closing(sqlite3.connect(os.path.join(folder, "spool.db"))) as spool:
                if not spool.execute("SELECT 1 FROM sqlite_schema WHERE name = 'batch_event'").fetchone():
                    return  # killed before it had made its tables
                self.look(spool)

    def look(self, spool):
        serials = dict(spool.execute("SELECT id, serial FROM printer"))
        for printer, body in spool.execute("SELECT printer, body FROM reading WHERE batch IS NULL"):
            self.reading(serials[printer], json.loads(body))
        for printer, body in spool.execute("SELECT printer, body FROM job"):
            self.job(serials[printer], json.loads(body))
        for printer, channel, key, since, cleared in spool.execute(
                "SELECT printer, channel, key, since, cleared_at IS NOT NULL FROM alert"):
            self.alert(serials[printer], channel, key, since, bool(cleared))
        for printer, channel, kind, key in spool.execute("SELECT printer, channel, kind, key FROM event"):
            self.events.add((serials[printer], channel, kind, key))
        for batch, message in spool.execute("SELECT batch, message FROM batch WHERE message IS NOT NULL"):
            if batch not in self.batches:
                self.batches.add(batch)
                self.batch(message.split("\n")[1])

    # What the portal stores.

    def stored(self, database):
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as portal:
            values = [((serial, channel, meter, colorant, media, unit), at, value)
                      for serial, channel, meter, colorant, media, unit, at, value in portal.execute(
                          "SELECT p.serial, m.channel, m.meter, m.colorant, m.media, m.unit, r.at, r.value"
                          " FROM meter_reading r JOIN meter m ON m.number = r.meter JOIN printer p ON p.number = m.printer")]
            jobs = []
            portal.row_factory = sqlite3.Row
            for row in portal.execute("SELECT p.serial, j.* FROM job j JOIN printer p ON p.number = j.printer"):
                told = dict(row) | {member: {"value": row[member], "unit": row[f"{member}_unit"]}
                                    for member in JOB_AMOUNTS if row[member] is not None}
                told["ink"] = [dict(zip(("colorant", "value", "unit"), use)) for use in json.loads(row["ink"])]
                jobs.append(((row["serial"], row["channel"], row["job"]), job_contents(told)))
            portal.row_factory = None
            alerts = [(row[:4], bool(row[4])) for row in portal.execute(
                "SELECT p.serial, a.channel, a.key, a.since, a.cleared_at IS NOT NULL FROM alert a"
                " JOIN printer p ON p.number = a.printer")]
            events = [tuple(row) for row in portal.execute(
                "SELECT p.serial, e.channel, e.kind, e.key FROM event e JOIN printer p ON p.number = e.printer")]
        return values, jobs, alerts, events

    def wrong(self, database):
        values, jobs, alerts, events = self.stored(database)
        told = []
        for wrong in (values_wrong(values, self.shown, self.values, self.read), jobs_wrong(jobs, self.jobs),
                      alerts_wrong(alerts, self.alerts), events_wrong(events, self.events)):
            told += wrong[:MOST_TOLD]
            if len(wrong) > MOST_TOLD:
                told.append(f"… and {len(wrong) - MOST_TOLD} more")
        if not values or not jobs or not self.values or 4 * len(self.read) < len(self.shown):
            told.append(f"nothing to compare: {len(values)} values and {len(jobs)} jobs are stored, "
                        f"{len(self.values)} values were kept, at {len(self.read)} of {len(self.shown)} instants all was read")
        self.summary = (f"{len(values)} values, {len(jobs)} jobs, {len(alerts)} alerts and {len(events)} events are stored; "
                        f"all was read at {len(self.read)} of {len(self.shown)} instants, the spools were looked at "
                        f"{self.looks} times")
        return told

    def blind(self, database):
        """The ways of BREAKS that `wrong` would not see."""
        unseen = []
        with tempfile.TemporaryDirectory() as folder:
            for name, statements in BREAKS.items():
                broken = os.path.join(folder, "broken.db")
                with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as whole, \
                        contextlib.closing(sqlite3.connect(broken)) as copy:
                    whole.backup(copy)
                    done = [copy.execute(statement).rowcount for statement in statements]
                    copy.commit()
                if done != [1] * len(statements) or not self.wrong(broken):
                    unseen.append(f"{name} ({done} rows changed)")
        return unseen
