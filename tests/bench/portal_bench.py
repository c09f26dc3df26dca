#!/usr/bin/python3
"""The portal's HTTPS beside nginx: requests, connections, and what connections cost when they rest.

    ./x bench portal [--rounds N] [--seconds S]

nginx has two workers, the portal's certificate and key, TLS 1.3 and no access log, and serves files with the bytes that the portal answers.
The portal's settings are as they come, but for the rates that a caller and an address may ask at. The two are asked in turn, by the same
client with the same options. A goal is held to the lesser of two ratios: of what was served a second (the median of the rounds), and of what
server and client together could serve a second if the machine did nothing else, reckoned from the CPU they spent. Beside other work the first
says little: who is given more of the machine serves more.

A request is GET /api/v1/me with a token: looked up, authorised and answered from the store each time. /healthz, which asks nothing of the
store, is stated beside it. A connection is a TLS 1.3 handshake and its end, without a request.
"""

import argparse
import grp
import http.client
import json
import os
import pwd
import re
import shutil
import socket
import ssl
import statistics
import subprocess
import tempfile

from measuring import broken, cpu_of, memory_of, result, run, say

IDLE = 1000
IDLE_AN_ADDRESS = 100  # the portal lets 200 connect from one
ATTEMPTS = 5  # of a run in which the machine gave neither side a turn
ENOUGH = "1000000"  # requests a second, for the settings of its rates

NGINX = """
user {user} {group};
worker_processes 2;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
events {{ worker_connections 2048; }}
http {{
  access_log off;
  types {{}}
  default_type application/json;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_protocols TLSv1.3;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    root {folder}/files;
  }}
}}
"""


class Server:
    """A process that listens, and its children."""

    def __init__(self, process, port):
        self.process, self.port = process, port

    def pids(self):
        with open(f"/proc/{self.process.pid}/task/{self.process.pid}/children", encoding="utf-8") as children:
            return [self.process.pid, *map(int, children.read().split())]

    def cpu(self):
        return sum(cpu_of(pid) for pid in self.pids())

    def memory(self, what="VmRSS"):
        return sum(memory_of(pid)[what] for pid in self.pids())

    def stop(self):
        self.process.terminate()
        self.process.wait()


def get(server, target, token=None):
    trust = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=trust)
    connection.request("GET", target, headers={"Authorization": f"Bearer {token}"} if token else {})
    answer = connection.getresponse()
    body = answer.read()
    tls = connection.sock.version() if connection.sock else None
    connection.close()
    if answer.status != 200:
        broken(f"{target}: {answer.status} {body[:200]}")
    return body, tls


def start_nginx(folder, data, files):
    program = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if program is None or shutil.which("wrk") is None:
        broken("nginx and wrk are not here; ./x bench installs them")
    os.mkdir(os.path.join(folder, "files"))
    for name, body in files.items():
        with open(os.path.join(folder, "files", name), "wb") as file:
            file.write(body)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    tls = os.path.join(data, "tls")
    config = os.path.join(folder, "nginx.conf")
    with open(config, "w", encoding="utf-8") as file:
        file.write(NGINX.format(folder=folder, port=port, certificate=f"{tls}/certificate.pem", key=f"{tls}/key.pem",
                                user=pwd.getpwuid(os.getuid()).pw_name, group=grp.getgrgid(os.getgid()).gr_name))
    process = subprocess.Popen([program, "-p", folder, "-c", config], stderr=subprocess.DEVNULL)
    for _ in range(2000):  # until it listens
        with socket.socket() as probe:
            probe.settimeout(5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return Server(process, port)
        if process.poll() is not None:
            broken("nginx did not start")
        os.sched_yield()
    broken("nginx does not listen")


def requests(server, target, seconds, token):
    """Over 64 connections: requests a second; CPU microseconds each, of the server and of the client; the milliseconds that half of them and
    99 % took."""
    for _ in range(ATTEMPTS):
        before = server.cpu()
        cost = run(["wrk", "-t2", "-c64", f"-d{seconds}s", "--latency", "-H", f"Authorization: Bearer {token}",
                    f"https://127.0.0.1:{server.port}{target}"])
        spent, said = server.cpu() - before, cost.output
        if cost.code != 0 or "Non-2xx" in said or "Socket errors" in said:
            broken(f"{target}: {said}")
        count = int(re.search(r"(\d+) requests in", said)[1])
        units = {"us": 0.001, "ms": 1, "s": 1000}
        quantiles = [float(number) * units[unit] for number, unit in re.findall(r"^ +(?:50|99)% +([\d.]+)(us|ms|s) *$", said, re.MULTILINE)]
        if count > 0 and len(quantiles) == 2:
            return [float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), 1e6 * spent / count, 1e6 * cost.cpu / count, *quantiles]
        say(f"    once more: {count} requests in {seconds} s, the machine does other things")
    broken("the machine is too busy to measure on")


def connections(client, server, kind, seconds):
    """Connections a second; CPU microseconds each, of the server and of the client."""
    before = server.cpu()
    cost = run([client, str(server.port), kind, str(seconds)])
    spent = server.cpu() - before
    if cost.code != 0:
        broken(cost.output)
    seen = json.loads(cost.output)
    return [seen["connections"] / seen["seconds"], 1e6 * spent / seen["connections"], 1e6 * cost.cpu / seen["connections"]]


def hold(server, target):
    """A thousand connections that have made a request each and rest."""
    trust = ssl._create_unverified_context()
    held = []
    for number in range(IDLE):
        plain = socket.socket()
        plain.bind((f"127.90.0.{1 + number // IDLE_AN_ADDRESS}", 0))
        plain.connect(("127.0.0.1", server.port))
        tls = trust.wrap_socket(plain)
        tls.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        if not tls.recv(4096).startswith(b"HTTP/1.1 200"):
            broken("a connection that was to rest was not served")
        held.append(tls)
    return held


def alive(held):
    """How many of them are still open: the other side has said nothing more, and not hung up."""
    count = 0
    for tls in held:
        tls.setblocking(False)
        try:
            tls.recv(1)
        except ssl.SSLWantReadError:
            count += 1
    return count


def median(rows):
    return [statistics.median(column) for column in zip(*rows)]


def compare(name, what, rounds, ours, theirs, least):
    """Each of `ours` and `theirs` measures once; they take turns, and who begins does, too."""
    rows = []
    for turn in range(rounds):
        first, second = (ours, theirs) if turn % 2 == 0 else (theirs, ours)
        one, other = first(), second()
        rows.append((one, other) if turn % 2 == 0 else (other, one))
    us, nginx = median([row[0] for row in rows]), median([row[1] for row in rows])
    ratios = sorted(row[0][0] / row[1][0] for row in rows)
    reckoned = (nginx[1] + nginx[2]) / (us[1] + us[2])
    say(f"  {what}: {us[0]:.0f} a second; nginx {nginx[0]:.0f}; ratios {', '.join(f'{ratio:.2f}' for ratio in ratios)}")
    say(f"    CPU each: {us[1]:.0f} us and the client {us[2]:.0f} us; nginx {nginx[1]:.0f} us and the client {nginx[2]:.0f} us: "
        f"reckoned {reckoned:.2f}, without the client {nginx[1] / us[1]:.2f}")
    if len(us) > 3:
        say(f"    half of them within {us[3]:.1f} ms, 99 % within {us[4]:.1f} ms; nginx {nginx[3]:.1f} and {nginx[4]:.1f} ms")
    if least is not None:
        result(name, min(statistics.median(ratios), reckoned), "of nginx", least=least)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
    program = os.path.join(options.bin, "plotmeter-portal")
    client = os.path.join(options.bin, "tls_connects")
    say(f"  load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="plotmeter_bench_") as folder:
        data = os.path.join(folder, "portal")

        def told(*words):
            return json.loads(subprocess.run([program, *words, "--data", data, "--json"], check=True, capture_output=True, text=True).stdout)

        told("init", "--name", "localhost")
        reseller = told("reseller", "add", "--name", "North")["id"]
        token = told("token", "add", "--reseller", reseller, "--name", "bench", "--role", "reseller_viewer")["token"]
        with open(os.path.join(folder, "log"), "w", encoding="utf-8") as log:
            process = subprocess.Popen([program, "serve", "--data", data, "--listen", "127.0.0.1:0", "--caller-rate", ENOUGH,
                                        "--address-rate", ENOUGH], stdout=subprocess.PIPE, stderr=log, text=True)
        line = process.stdout.readline()
        if not line:
            broken("the portal did not start")
        servers = [Server(process, json.loads(line)["port"])]
        try:
            portal = servers[0]
            me, tls = get(portal, "/api/v1/me", token)
            health = get(portal, "/healthz")[0]
            if tls != "TLSv1.3":
                broken(f"the portal speaks {tls}")
            started, own = portal.memory(), portal.memory("RssAnon")
            servers.append(start_nginx(folder, data, {"me": me, "healthz": health}))
            nginx = servers[1]
            if get(nginx, "/me")[0] != me:
                broken("nginx serves other bytes")

            say(f"  a portal that has answered two requests: {started:.1f} MB resident, {own:.1f} MB of it its own")
            for server, name in ((portal, "the portal"), (nginx, "nginx")):
                before = server.memory()
                held = hold(server, "/healthz")
                after = server.memory()
                if alive(held) != IDLE:
                    broken("some of the connections that were to rest are gone")
                for tls in held:
                    tls.close()
                say(f"  {IDLE} connections at rest: {name} {before:.1f} MB before, {after:.1f} MB with them, "
                    f"{1024 * (after - before) / IDLE:.0f} KB each")

            def asks(server, target):
                return lambda: requests(server, target, options.seconds, token)

            def connects(server, kind):
                return lambda: connections(client, server, kind, options.seconds)

            compare("portal-requests", f"GET /api/v1/me with a token, {len(me)} bytes", options.rounds,
                    asks(portal, "/api/v1/me"), asks(nginx, "/me"), 0.5)
            compare("", f"GET /healthz, {len(health)} bytes", options.rounds, asks(portal, "/healthz"), asks(nginx, "/healthz"), None)
            for kind in ("new", "resumed"):
                compare(f"portal-{kind}-connections", f"{kind} TLS 1.3 connections", options.rounds,
                        connects(portal, kind), connects(nginx, kind), 0.8)
            say(f"  at the end: the portal {portal.memory():.1f} MB resident; load {os.getloadavg()[0]:.1f}")
        finally:
            for server in servers:
                server.stop()


if __name__ == "__main__":
    main()
