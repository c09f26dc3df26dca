#!/usr/bin/python3
"""What reading a thousand printers takes, with `plotmeter-collector run --once` and a state directory as users have it.

    ./x bench poll

Twice: a status poll of printers that were read before (what happens every few hours), and the first reading after
`discover`, which asks for all that any model may offer (and does so again once a week). Beside each
prometheus-snmp-exporter and snmpbulkwalk ask the same printers for the same objects, which are taken from a capture of
such a round. CPU is that of the programs that ask, never of the simulator or of what drives them. The collector's holds
everything: start, asking, reading, checking, JSON and SQLite up to readings that survive a power cut.
"""

import argparse
import concurrent.futures
import http.client
import os
import socket
import subprocess
import tempfile
import time

from fleet_state import CLOSED, State, snmp_alone
from measuring import Capture, Printers, broken, cpu_of, result, run, say
from snmp_seen import Asked

COUNT = 1000
NETWORK = "127.61.0.0/16"
RANGES = ["127.61.0-3.1-254"]
AT_ONCE = 16  # processes or scrapes side by side
WEB = ("--piws-pause", "0s")
WALKED = 200  # printers that snmpbulkwalk reads


def model_of(printers):
    return {printer["address"]: printer["model"] for printer in printers.list}


def what_is_asked(bin_dir, alone):
    """The objects of a first reading and of a status poll later, for each model; and how many questions those take.

    The objects are taken from printers that break over GETBULK, because only GETNEXT names each column it asks for."""
    objects = captured(bin_dir, alone, ["--odd", "100%:bulk=generr"])
    questions = captured(bin_dir, alone, [])
    for name, asked, counted in zip(("first reading", "status poll"), objects, questions):
        for model, (mine, _) in asked.items():
            say(f"  {name} of {model}: {counted[model][1]} questions for {len(mine.gets)} objects and {len(mine.walks)} "
                f"subtrees, {len(mine.values)} values")
    return [{model: mine for model, (mine, _) in asked.items()} for asked in objects]


def captured(bin_dir, alone, odd):
    with Printers(bin_dir, 4, "127.64.0.0/16", port=9171, https_port=9453, options=odd) as few:
        state = State(bin_dir, few, ["127.64.0.1-4"], CLOSED)
        state.know(*alone)
        both = []
        for known in (False, True):
            with Capture(f"udp port {few.port}") as capture:
                state.round(*alone, known=known)
            if capture.packets is None:
                broken("no capture is permitted here, so nobody knows which objects the others are to ask for")
            asked = {}
            for address, model in model_of(few).items():
                mine = [p for p in capture.packets if address in (p.source[0], p.target[0])]
                asked[model] = Asked(mine, few.port), sum(1 for p in mine if p.target[1] == few.port)
            both.append(asked)
        return both


def bulk_walks(printers, asked):
    lines = []
    for printer in printers.list[:WALKED]:
        lines += [f"{printer['address']}:{printers.port} {top}" for top in asked[printer["model"]].fewest_walks()]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as list_file:
        list_file.write("\n".join(lines) + "\n")
        list_file.flush()
        cost = run(["xargs", "-a", list_file.name, "-P", str(AT_ONCE), "-L", "1",
                    "snmpbulkwalk", "-v2c", "-c", "public", "-m", "", "-On", "-Oq"])
    if cost.code != 0 or "Timeout" in cost.output:
        broken(f"snmpbulkwalk: {cost.output[-300:]}")
    say(f"  snmpbulkwalk x {AT_ONCE}: {WALKED} printers in {cost.seconds:.2f} s, {len(lines) / WALKED:.1f} walks each, "
        f"{1000 * cost.cpu / WALKED:.2f} ms CPU a printer")
    return cost.cpu / WALKED


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def exporter(printers, asked):
    names = {model: f"m{i}" for i, model in enumerate(asked)}
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as config:
        for model, name in names.items():
            config.write(f"{name}:\n{asked[model].exporter_module()}\n")
        config.flush()
        process = subprocess.Popen(["prometheus-snmp-exporter", f"--config.file={config.name}",
                                    f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def scrape(printer):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", f"/snmp?module={names[printer['model']]}&target={printer['address']}:{printers.port}")
            answer = connection.getresponse()
            text = answer.read()
            connection.close()
            return answer.status == 200, text.count(b"\no_")

        try:
            for _ in range(100):
                try:
                    scrape(printers.list[0])
                    break
                except OSError:
                    time.sleep(0.1)
            before, started = cpu_of(process.pid), time.monotonic()
            with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
                answers = list(pool.map(scrape, printers.list))
            seconds, cpu = time.monotonic() - started, cpu_of(process.pid) - before
        finally:
            process.terminate()
            process.wait()
    if not all(well for well, _ in answers):
        broken(f"prometheus-snmp-exporter answered {sum(well for well, _ in answers)} of {len(answers)} scrapes")
    say(f"  prometheus-snmp-exporter: {len(answers)} printers in {seconds:.2f} s, "
        f"{sum(count for _, count in answers) / len(answers):.0f} values each, {1000 * cpu / len(answers):.2f} ms CPU a printer")
    return cpu / len(answers)


def rounds_of(state, options, rounds, known):
    return [state.round(*options, known=known) for _ in range(rounds)]


def best_round(state, options, rounds=3, known=False):
    """Of three: what else this machine does only ever adds."""
    return min(rounds_of(state, options, rounds, known), key=lambda done: done[0].cpu)


def last_of(rounds, addresses):
    """When the last of these printers was kept, in the best of the rounds."""
    return min(max(kept[address] for address in addresses) for _, kept in rounds)


def show(name, cost, kept, count):
    late = sorted(kept.values())
    say(f"  {name}: {len(kept)} of {count} printers kept, {cost.seconds:.2f} s in all, kept after {late[len(late) // 2]:.2f} s "
        f"(median) and {late[-1]:.2f} s (last), {1000 * cost.cpu / count:.2f} ms CPU a printer, {cost.peak_mb:.0f} MB")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="plotmeter_bench_") as folder:
        compare(options, snmp_alone(folder))


def compare(options, alone):
    at_first, later_on = what_is_asked(options.bin, alone)
    with Printers(options.bin, COUNT, NETWORK) as printers:
        state = State(options.bin, printers, RANGES, CLOSED)
        web_state = State(options.bin, printers, RANGES, printers.https_port)
        state.know(*alone)
        costs = {}
        for name, known in (("first reading", False), ("status poll", True)):
            all_well = rounds_of(state, alone, 5, known)
            costs[name], healthy = min(all_well, key=lambda done: done[0].cpu)
            show(f"SNMP, {name}", costs[name], healthy, COUNT)
            if len(healthy) != COUNT:
                broken(f"only {len(healthy)} of {COUNT} printers were read")
        result("poll-1000-snmp", max(cost.seconds for cost in costs.values()), "s", most=15)
        going_on = state.later_rounds(*alone) / COUNT
        say(f"  SNMP, third round of a `run` that goes on, and later: {1000 * going_on:.2f} ms CPU a printer")

        web_well = rounds_of(web_state, WEB, 3, False)
        cost, kept = min(web_well, key=lambda done: done[0].seconds)
        show("SNMP and web", cost, kept, COUNT)
        result("poll-1000-all-channels", cost.seconds, "s", most=15)

        for name, ask, least, turns in [("snmp-exporter", exporter, 10, 3), ("snmpbulkwalk", bulk_walks, 50, 1)]:
            # In turns, and the best of each: other work on this machine comes and goes, and only ever adds.
            theirs, ours = float("inf"), float("inf")
            for _ in range(turns):
                theirs = min(theirs, ask(printers, later_on))
                ours = min(ours, best_round(state, alone, known=True)[0].cpu / COUNT)
            say(f"  ours in turns with it: {1000 * ours:.2f} ms CPU a printer")
            result(f"poll-cpu-{name}", theirs / ours, "times less CPU a printer", least=least)
            say(f"  in later rounds of a `run` that goes on {theirs / going_on:.1f} times less")
            say(f"  first reading: {ask(printers, at_first) / (costs['first reading'].cpu / COUNT):.1f} times less")
    with Printers(options.bin, COUNT, NETWORK, options=["--odd", "10%:dead", "--odd", "5%:slow=30s"]) as printers:
        beside_sick("SNMP, 10 % dead and 5 % slow", "poll-sick-neighbours", rounds_of(state, alone, 5, True), all_well)
    silent = range(0, COUNT, 20)  # 5 %
    odd = [word for each in silent for word in ("--odd", f"{each + 1}:web=silent")]
    with Printers(options.bin, COUNT, NETWORK, options=["--odd", "10%:dead", *odd]) as printers:
        sick = {printers.list[each]["address"] for each in silent}
        beside_sick("SNMP and web, 10 % dead and 5 % whose web server takes and never answers",
                    "poll-sick-web-neighbours", rounds_of(web_state, WEB, 3, False), web_well, sick)


def beside_sick(name, goal, some_sick, all_well, sick=frozenset()):
    """No healthy printer is later than 10 % beside those that are not."""
    cost, kept = min(some_sick, key=lambda done: done[0].cpu)
    show(name, cost, kept, COUNT)
    if any(len(each) < COUNT * 85 // 100 for _, each in some_sick):
        broken(f"{len(kept)} of {COUNT} printers were read; expected at least those that are well")
    healthy = set.intersection(*(set(each) for _, each in some_sick + all_well)) - sick
    result(goal, last_of(some_sick, healthy) / last_of(all_well, healthy),
           "of the time to the last of the same healthy printers", most=1.1)


main()
