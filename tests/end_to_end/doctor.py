#!/usr/bin/python3
"""doctor names each fault that is arranged here with real programs, and says what to do; and it changes nothing."""

import argparse
import hashlib
import json
import os
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
from datetime import timedelta

from stage import Failed, Stage, free_port
from world import World


def expect(condition, sentence):
    if not condition:
        raise Failed(sentence)


def listen(address, serve):
    """Takes connections in a thread and gives each to `serve`; returns the port."""
    listener = socket.create_server((address, 0))

    def loop():
        while True:
            try:
                plain, _ = listener.accept()
                plain.settimeout(10)
                serve(plain)
                plain.close()
            except OSError:
                pass

    threading.Thread(target=loop, daemon=True).start()
    return listener.getsockname()[1]


def head_of(plain):
    head = b""
    while b"\r\n\r\n" not in head:
        more = plain.recv(4096)
        if not more:
            break
        head += more
    return head


def proxy(status):
    """A proxy that answers everything so."""
    def serve(plain):
        head_of(plain)
        plain.sendall(f"HTTP/1.1 {status}\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n"
                      "Connection: close\r\n\r\n".encode())
    return f"http://127.0.0.1:{listen('127.0.0.1', serve)}"


def tls_server(address, certificate, key, body=b"<html>please sign in</html>"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def serve(plain):
        with context.wrap_socket(plain, server_side=True) as peer:
            head_of(peer)
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
                         % len(body) + body)
    return f"https://{address}:{listen(address, serve)}"


def contents(directory):
    """Every file and what is in it. The -shm of SQLite is memory of processes, not a file that is kept."""
    found = {}
    for folder, _, names in os.walk(directory):
        for name in names:
            if name.endswith("-shm"):
                continue
            path = os.path.join(folder, name)
            with open(path, "rb") as f:
                found[path] = hashlib.sha256(f.read()).hexdigest()
    return {path: h for path, h in found.items() if not (path.endswith("-wal") and h == hashlib.sha256().hexdigest())}


class Surgery(World):
    def examine(self, *words, state=None, when=None, code=1):
        """What doctor found, as a list; its exit code must be this one."""
        state = state or self.state
        before = contents(state)
        environment = self.stage.environment()
        if when:
            clock = self.stage.path("other-clock")
            with open(clock, "w", encoding="ascii") as f:
                f.write(when.strftime("%Y-%m-%d %H:%M:%S\n"))
            environment["FAKETIME_TIMESTAMP_FILE"] = clock
        command = [os.path.join(self.stage.bin, "plotmeter-collector"), "doctor", "--state", state, *map(str, self.reach()),
                   "--timeout", "500ms", "--retries", "0", "--json", *map(str, words)]
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                              check=False)
        expect(done.returncode == code, f"doctor {words} ended with {done.returncode}, expected {code}:\n{done.stdout}{done.stderr}")
        expect(contents(state) == before, f"doctor {words} changed something in {state}")
        return json.loads(done.stdout)["findings"]

    def names(self, fault, check, seen, advice, *words, **how):
        """One of the findings must fail in this check, with these words, and say this to do."""
        findings = self.examine(*words, **how)
        hits = [f for f in findings if f["check"] == check and f["result"] == "fail" and seen in f["seen"]]
        expect(hits, f"{fault}: no failed {check!r} that says {seen!r} in\n" + "\n".join(map(str, findings)))
        expect(advice in (hits[0]["advice"] or ""), f"{fault}: the advice is {hits[0]['advice']!r}; expected {advice!r}")
        self.named += 1
        print(f"{fault}: {hits[0]['seen']}\n    > {hits[0]['advice']}", flush=True)

    def copy(self, name):
        path = self.stage.path(name)
        shutil.copytree(self.state, path, copy_function=shutil.copy2)
        return path


def on_the_way(world):
    stage = world.stage
    world.names("a name that does not resolve", "name", "no-such-name.invalid", "getent hosts", "--portal",
                "https://no-such-name.invalid")
    world.names("a closed port", "connection", "refused", "does the portal run", "--portal",
                f"https://127.0.0.1:{free_port()}")
    world.names("a proxy that is not there", "proxy", "refused", "--proxy", "--proxy", f"http://127.0.0.1:{free_port()}")
    world.names("a proxy that demands credentials", "proxy", "wants credentials", "user:password", "--proxy",
                proxy("407 Proxy Authentication Required"))
    world.names("a proxy that forbids", "proxy", "does not lead to", "allow CONNECT", "--proxy", proxy("403 Forbidden"))
    other = stage.path("other-portal")
    stage.run("plotmeter-portal", "init", "--data", other, "--name", "localhost")
    files = (os.path.join(other, "tls", "certificate.pem"), os.path.join(other, "tls", "key.pem"))
    world.names("the certificate of another authority", "tls", "not trusted", "--ca FILE", "--ca", files[0])
    world.names("a certificate for another name", "tls", "not made out to 127.0.0.2", "use the name", "--portal",
                tls_server("127.0.0.2", *files), "--ca", files[0])
    world.names("somebody else answers", "portal", "not the portal", "sign-in page", "--portal",
                tls_server("127.0.0.1", *files), "--ca", files[0])
    expired = (stage.path("expired.pem"), stage.path("expired.key"))
    subprocess.run(["faketime", "2015-06-01", "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-keyout", expired[1], "-out", expired[0], "-days", "30", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    world.names("an expired certificate", "tls", "expired", "set the clock", "--portal", tls_server("127.0.0.1", *expired),
                "--ca", expired[0])
    world.names("a clock that is an hour ahead", "clock", "60 minutes ahead", "timedatectl", when=world.at + timedelta(hours=1))
    world.names("a clock that is an hour behind", "clock", "59 minutes behind", "timedatectl",
                when=world.at - timedelta(minutes=59, seconds=30))


def on_this_machine(world):
    stage = world.stage
    shut = world.copy("shut")
    os.chmod(shut, 0o500)
    world.names("a directory that may not be written", "permissions", "mode 500", "chmod 700", state=shut)
    os.chmod(shut, 0o700)
    open_key = world.copy("open-key")
    os.chmod(os.path.join(open_key, "key.pem"), 0o644)
    world.names("a key that others may read", "permissions", "key.pem may be opened by others", "chmod 600", state=open_key)
    secret = stage.path("passphrase")
    with open(secret, "w", encoding="ascii") as f:
        f.write("a passphrase of some length\n")
    os.chmod(secret, 0o644)
    world.names("a passphrase that others may read", "settings", "others may open", "call the doctor again", "--user", "meter",
                "--auth-protocol", "SHA-256", "--auth-secret-file", secret)
    stranger = world.copy("stranger")
    for name in ("identity.json", "key.pem"):
        os.remove(os.path.join(stranger, name))
    world.names("not enrolled", "enrolment", "not enrolled", "enrol --portal", state=stranger)
    keyless = world.copy("keyless")
    os.remove(os.path.join(keyless, "key.pem"))
    world.names("a key that is gone", "enrolment", "key.pem is missing", "enrol again", state=keyless)
    world.names("a directory that is not there", "state", "there is no directory", "--state", state=stage.path("nowhere"))
    for name, make in (("text", write_text), ("foreign", write_database), ("damaged", damage)):
        state = world.copy(name)
        for rest in ("-wal", "-shm"):
            if os.path.exists(os.path.join(state, "spool.db" + rest)):
                os.remove(os.path.join(state, "spool.db" + rest))
        make(os.path.join(state, "spool.db"))
        seen = {"text": "is no spool", "foreign": "another program", "damaged": "spool.db"}[name]
        world.names(f"a spool that is {name}", "spool", seen, "move", state=state)


def write_text(path):
    with open(path, "w", encoding="ascii") as f:
        f.write("dear diary, " * 1000)


def write_database(path):
    os.remove(path)
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE diary(entry TEXT)")
    db.close()


def damage(path):
    with open(path, "r+b") as f:
        size = os.fstat(f.fileno()).st_size
        for at in range(4096 + 100, size, 4096):
            f.seek(at)
            f.write(b"\xff" * 700)


def disks(world):
    """False where nobody may mount here."""
    where = world.stage.path("small-disk")
    os.mkdir(where)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m,mode=700", "none", where], capture_output=True, check=False).returncode:
        return False
    try:
        state = os.path.join(where, "state")
        shutil.copytree(world.state, state)
        try:
            with open(os.path.join(where, "filler"), "wb") as f:
                f.write(b"x" * (4 << 20))
        except OSError:
            pass
        world.names("a full disk", "disk", "is full", "make room", state=state)
        os.remove(os.path.join(where, "filler"))
        subprocess.run(["mount", "-o", "remount,ro", where], check=True)
        world.names("a disk that is mounted read-only", "disk", "read-only", "mount it for writing", state=state)
    finally:
        subprocess.run(["umount", where], check=True)
    return True


def printers(world):
    address = world.printers[0]["address"]
    world.names("a wrong community", "printer", "its web server answers, but is silent by SNMP", "--community", address,
                "--community", "of-somebody-else")
    nobody = address.rsplit(".", 1)[0] + ".250"
    world.names("a printer that is silent", "printer", f"{nobody} does not answer", "is it on", nobody)
    world.names("a printer without SNMP", "printer", "refuses SNMP", "switch SNMP on", f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}")
    findings = world.examine(address, code=0)
    expect(any(f["check"] == "printers" and address in f["seen"] for f in findings), f"one well printer: {findings}")


def revoked(world):
    collector = json.loads(world.collector("status", "--json").stdout)["collector"]
    world.stage.run("plotmeter-portal", "collector", "revoke", "--data", world.data, "--collector", collector)
    world.at += timedelta(hours=4)
    world.advance(world.at)
    world.collector("run", "--once", *world.reach(), expect=1)
    world.names("a collector that was revoked", "sending", "does not know this collector", "new code")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    options = parser.parse_args()
    with Stage(options.bin) as stage:
        world = Surgery(stage, printers=2, days=2)
        world.named = 0
        world.start_printers()
        world.start_portal()
        world.enrol()
        world.discover()
        world.at = world.begin + timedelta(hours=6)
        world.advance(world.at)
        world.read_and_send()
        well = world.examine(code=0)
        failed = [f for f in well if f["result"] != "ok" and f["check"] != "service"]
        expect(not [f for f in failed if f["result"] == "fail"], f"all is well, but {failed}")
        text = world.collector("doctor", *world.reach())
        expect("ok    tls" in text.stdout and "\n" in text.stdout, f"for people: {text.stdout}")
        print(text.stdout)
        wrong = world.collector("doctor", "no address", expect=2)
        expect("'address' is 'no address'" in wrong.stderr, wrong.stderr)
        on_the_way(world)
        on_this_machine(world)
        mounted = disks(world)
        printers(world)
        revoked(world)
        expect(world.named >= 10, f"only {world.named} faults were arranged")
        print(f"{world.named} faults named" + ("" if mounted else "; SKIPPED: full and read-only disks, nobody may mount here"))


if __name__ == "__main__":
    try:
        main()
    except Failed as failed:
        sys.exit(f"doctor: {failed}")
