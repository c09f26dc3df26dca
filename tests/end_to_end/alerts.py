#!/usr/bin/python3
"""A day with everything that needs a person: each is raised, cleared and told once, by mail and by webhook.

The portal's half (alerts_day) has the real store, rules, mail and webhooks, and a clock that this script moves; a real mail server
and a real receiver stand at the other end. Both fail at first, the portal is killed in between, once after it sent and before
it could note that, and at the end every id came once, but those of that one moment, which came twice and are known by it.
"""

import argparse
import collections
import pathlib
import signal
import sys
from datetime import datetime, timedelta, timezone

from receivers import Hooks, MailServer, make_certificate
from stage import Failed, Stage, text

MORNING = datetime(2026, 11, 10, 8, tzinfo=timezone.utc)


def expect(got, wanted, what):
    if got != wanted:
        raise Failed(f"{what}:\n  got      {got}\n  expected {wanted}")


class Day:
    def __init__(self, stage, mail, hooks, certificate):
        self.stage, self.mail, self.hooks, self.certificate = stage, mail, hooks, certificate
        self.now = MORNING
        self.twice = 0
        self.program = None
        self.start("new", hooks.url)

    def start(self, *more):
        self.program = self.stage.start("alerts_day", self.stage.path("day.db"), self.mail.port, self.certificate, text(self.now), *more)
        self.program.ready()

    def kill(self):
        self.program.popen.send_signal(signal.SIGKILL)
        self.program.popen.wait()
        self.start()

    def say(self, line):
        return self.program.ask(line)

    # Time goes on in steps of five minutes; the collector beats, if `beat` says how.
    def until(self, hour, minute, beat="2 2 0"):
        end = MORNING.replace(hour=0) + timedelta(hours=hour, minutes=minute)
        while self.now < end:
            self.now = min(self.now + timedelta(minutes=5), end)
            self.say(f"at {text(self.now)}")
            if beat:
                self.say(f"beat {beat}")
            answer = self.say("look")
        return sorted(answer["open"])

    def by_hook(self):
        return [(post["json"]["event"].removeprefix("incident."), post["json"]["incident"]["kind"]) for post in self.hooks.posts]

    def by_mail(self):
        return len(self.mail.messages)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        certificate, key = make_certificate(stage.dir)
        with MailServer(certificate, key) as mail, Hooks(certificate, key, "whs_day") as hooks:
            play(Day(stage, mail, hooks, certificate), mail, hooks)


def play(day, mail, hooks):
    day.say("beat 2 2 0")
    for serial in ("CN1", "CN2"):
        day.say(f"say {serial} 60")
    expect(day.until(8, 30), [], "all is well at first")

    # 08:30 ink runs low while nobody at the other end is there.
    mail.fails = hooks.fails = True
    day.say("say CN1 12")
    expect(day.until(8, 50), ["supply-low"], "low ink is raised")
    expect((day.by_mail(), day.by_hook()), (0, []), "nothing arrived")
    if hooks.refused < 3:
        raise Failed(f"it was tried {hooks.refused} times in twenty minutes")
    day.kill()
    mail.fails = hooks.fails = False
    day.until(10, 0)
    expect((day.by_mail(), day.by_hook()), (1, [("raised", "supply-low")]), "it arrives once they are there again, after a kill")

    # 10:00 a critical alert, and the power goes after it was sent and before that was noted.
    day.say("alarm CN2 lid")
    day.say("send")
    expect((day.by_mail(), len(day.by_hook())), (2, 2), "the alert is sent")
    day.kill()
    day.say("look")
    expect((day.by_mail(), len(day.by_hook())), (3, 3), "and again, because nobody could know")
    day.kill()
    day.say("look")
    expect((day.by_mail(), len(day.by_hook())), (3, 3), "and never more")

    # 10:30 the alert is over; the ink is empty, then changed.
    day.until(10, 30)
    day.say("clear CN2 lid")
    day.say("say CN1 0")
    expect(day.until(10, 45), ["supply-empty", "supply-low"], "the ink is empty")
    day.say("say CN1 100")
    expect(day.until(11, 0), [], "a new cartridge")

    # 11:00 the collector is cut off until 12:00; then one printer sleeps, and one is gone.
    expect(day.until(12, 0, beat=None), ["collector-silent"], "the collector is silent, and only that is told")
    day.say("say CN1 99")
    expect(day.until(12, 30), [], "it is back")
    expect(day.until(17, 55, beat="2 1 1"), [], "who sleeps is not silent")
    expect(day.until(18, 40, beat="2 1 0"), ["printer-silent", "printer-silent"], "nobody sleeps, and both are missed")
    day.say("say CN1 98")
    day.say("say CN2 59")
    expect(day.until(19, 0), [], "both are back")
    day.kill()
    expect(day.until(20, 0), [], "and nothing comes of a last start")

    # 20:00 a meter falls and goes on from there, until a person says how much that was.
    asleep = "2 0 2"
    for hour, pages in ((20, 100), (21, 110), (22, 5), (23, 9)):
        day.say(f"read CN1 {pages}")
        opened = day.until(hour + 1, 0, asleep)
    expect(opened, ["epoch-gap"], "nobody knows what the meter counted between")
    day.say("decide 7")
    day.kill()
    expect(day.until(24 + 1, 0, asleep), [], "a person knows")

    # The next morning the meter counts two pages more than all jobs; that is told when it has had time to settle, and over when the job
    # comes after all.
    for hour, pages, printed in ((24 + 6, 200, 1), (24 + 7, 201, 4), (24 + 8, 207, 0), (24 + 21, 207, 0)):
        expect(day.until(hour, 0, asleep), [], "nothing yet")
        day.say(f"read CN2 {pages}")
        if printed:
            day.say(f"job CN2 {printed} {text(day.now + timedelta(minutes=30))}")
    expect(day.until(24 + 22, 0, asleep), ["job-mismatch"], "two pages have no job")
    said = mail.messages[-1].get_content()
    for words in ("4 in jobs, 6 by the meter", "pages that the printer printed for itself"):
        if words not in " ".join(said.split()):
            raise Failed(f"the mail does not say {words!r}: {said}")
    day.say(f"job CN2 2 {text(day.now - timedelta(hours=14, minutes=20))}")
    expect(day.until(24 + 23, 0, asleep), [], "a job that came late")

    kinds = ["supply-low", "printer-alert", "supply-empty", "collector-silent", "printer-silent", "printer-silent", "epoch-gap",
             "job-mismatch"]
    ids = collections.Counter(post["json"]["delivery"] for post in hooks.posts)
    once = {post["json"]["delivery"]: post["json"] for post in hooks.posts}
    told = collections.Counter((one["event"], one["incident"]["kind"]) for one in once.values())
    wanted = collections.Counter()
    for kind in kinds:
        wanted[("incident.raised", kind)] += 1
        wanted[("incident.cleared", kind)] += 1
    expect(told, wanted, "each is raised once and cleared once")
    expect(sorted(ids.values()), [1] * (len(ids) - 1) + [2], "one came twice: that of which nobody could know")
    expect(hooks.wrong, [], "every signature is right")
    by_id = collections.Counter(message["Message-ID"] for message in mail.messages)
    expect(sorted(by_id.values()), [1] * (len(by_id) - 1) + [2], "the same by mail")
    expect(len(by_id), len(ids), "as many mails as posts")
    expect(mail.in_the_clear, 0, "no mail without TLS")
    subjects = sorted({message["Subject"] for message in mail.messages})
    if not any("magenta: empty" in subject for subject in subjects):
        raise Failed(f"no mail says that magenta is empty: {subjects}")
    mail_an_export(day, mail)
    print(f"{len(ids)} deliveries by each way, each raised and cleared once")


# A month's file goes into its folder at once, and by mail once, when there is a server to take it.
def mail_an_export(day, mail):
    folder, name, content = pathlib.Path(day.stage.dir) / "erp", "usage-2026-11-sch_DAY00000.csv", b"a,b\r\n1,2\r\n" * 50_000
    folder.mkdir()
    (folder / f".{name}.part").write_bytes(content)
    before = len(mail.messages)
    mail.fails = True
    try:
        raise AssertionError(f"nobody says that the mail waits: {day.say(f'export {folder} {name}')}")
    except Failed as failed:
        if "not sent yet" not in str(failed):
            raise
    expect((folder / name).read_bytes(), content, "the file is in its folder")
    mail.fails = False
    day.kill()
    for _ in range(2):
        day.say(f"export {folder} {name}")
    expect(len(mail.messages) - before, 1, "it came by mail, once")
    message = mail.messages[-1]
    expect(message["To"].strip("<>"), "books@north.example", "to whom it is for")
    parts = [(part.get_filename(), part.get_content_type(), part.get_payload(decode=True)) for part in message.iter_attachments()]
    expect(parts, [(name, "text/csv", content)], "byte for byte")
    expect(sorted(one.name for one in folder.iterdir()), [name], "nothing else is left in the folder")


if __name__ == "__main__":
    try:
        main()
    except (Failed, AssertionError) as failed:
        print(failed, file=sys.stderr)
        sys.exit(1)
