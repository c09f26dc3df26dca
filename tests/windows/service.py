#!/usr/bin/python3
"""The life of the service: installed, started, asked, stopped, removed; and one whose settings cannot be meant."""

import os

from world import World, arguments, expect

KEY = r"HKLM\System\CurrentControlSet\Services\PlotmeterCollector"
SOURCE = r"HKLM\System\CurrentControlSet\Services\EventLog\Application\Plotmeter Collector"


def state(world):
    said = world.wine("sc", "query", "PlotmeterCollector")
    for line in said.out.splitlines():
        if "STATE" in line:
            return line.split()[-1]
    # What sc ends with for a service that is not there differs from one Wine to the next.
    return "none" if world.wine("reg", "query", KEY).code != 0 else f"unknown: {said}"


def installed(world):
    """Wine keeps neither the delayed start nor what is to be done after a failure; what it keeps is as it should be."""
    said = world.run("service", "install").out
    expect("service start" in said, f"does not say what comes next: {said}")
    key = world.wine("reg", "query", KEY).out
    for part in (r'"C:\Program Files\Plotmeter\plotmeter-collector.exe" run', "PreshutdownTimeout    REG_DWORD    0x7530", "Plotmeter Collector",
                 "Start    REG_DWORD    0x2"):
        expect(part.lower() in key.lower(), f"{part} is not in the registry:\n{key}")
    source = world.wine("reg", "query", SOURCE).out
    expect(r"C:\Program Files\Plotmeter\plotmeter-collector.exe" in source, f"the source of events: {source}")
    expect(state(world) == "STOPPED", "it is not installed")
    again = world.run("service", "install", code=1)
    expect("cannot be made" in again.err, f"installed twice: {again}")


def runs(world):
    """Started, it works in ProgramData, alone, and says that it runs only when it does."""
    data = os.path.join(world.program_data, "Plotmeter")
    started = world.run("service", "start")
    expect(state(world) == "RUNNING", f"it does not run: {started}")
    for name in ("spool.db", "masking.key", "run.lock", "collector.log"):
        expect(os.path.exists(os.path.join(data, name)), f"{name} is missing; there are {os.listdir(data)}")
    with open(os.path.join(data, "masking.key"), "rb") as file:
        expect(file.read().startswith(b"plotmeter key 1 dpapi\n"), "the key lies open")
    world.run("service", "start")  # it does, so that is done
    said = world.run("status").out
    expect("process" in said, f"status does not see it: {said}")
    second = world.run("run", code=1)
    expect("another plotmeter-collector run works in" in second.err, f"a second one: {second}")


def stops(world):
    world.run("service", "stop")
    expect(state(world) == "STOPPED", "it did not stop")
    with open(os.path.join(world.program_data, "Plotmeter", "collector.log"), encoding="utf-8") as file:
        log = file.read()
    expect(" running " in log and log.rstrip().endswith("stopped"), f"its log: {log}")
    world.run("service", "stop")  # it has, so that is done
    world.run("service", "start")
    expect(state(world) == "RUNNING", "it does not start again")


def removed(world):
    world.run("service", "remove")  # while it runs
    expect(state(world) == "none", "it is still there")
    expect(world.wine("reg", "query", SOURCE).code != 0, "its source of events is still there")
    expect(os.path.exists(os.path.join(world.program_data, "Plotmeter", "spool.db")), "its data is gone")
    gone = world.run("service", "start", code=1)
    expect("cannot be opened" in gone.err, f"started what is not there: {gone}")


def fails(world):
    """Settings that cannot be meant: it does not run, and its exit code is that of the program."""
    with open(os.path.join(world.program_data, "wrong.toml"), "w", encoding="utf-8") as file:
        file.write('interval = "0s"\n')
    world.run("service", "install", "--config", r"C:\ProgramData\wrong.toml", "--state", r"C:\ProgramData\Other place")
    path = world.wine("reg", "query", KEY, "/v", "ImagePath").out
    expect(r'--config "C:\ProgramData\wrong.toml" --state "C:\ProgramData\Other place"' in path, f"its command: {path}")
    failed = world.run("service", "start", code=1)
    expect("it ended with code 2" in failed.err, f"a service that cannot run: {failed}")
    expect(state(world) == "STOPPED", "it runs")
    world.run("service", "remove")


def main():
    with World(arguments(__doc__)) as world:
        installed(world)
        runs(world)
        stops(world)
        removed(world)
        fails(world)


main()
