#!/usr/bin/python3
"""The collector for Windows with printers and a portal that are not: it finds a printer, reads it, enrols, and sends; over TLS it
believes the portal by a CA file and by the certificate store of Windows, and nobody whose certificate has another name or whom
nobody vouches for. Keys are sealed on the disk, and one of Linux is refused.
"""

import hashlib
import http.server
import json
import os
import socket
import ssl
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "end_to_end"))
from stage import Stage, free_port  # noqa: E402
sys.path.pop(0)
from world import World, arguments, expect  # noqa: E402


class Others:
    """Printers and a portal, as programs of this machine, on loopback."""

    def __init__(self, stage):
        self.snmp, self.https, port = free_port(socket.SOCK_DGRAM), free_port(), free_port()
        self.url = f"https://127.0.0.1:{port}"
        self.data = stage.path("portal")
        self.stage = stage
        stage.start("plotmeter-sim", "--printers", 1, "--network", f"127.61.{os.getpid() % 250}.0/24", "--snmp-port", self.snmp,
                    "--https-port", self.https, "--control", "-")
        self.printer = stage.programs[-1].ready()["printers"][0]
        stage.run("plotmeter-portal", "init", "--data", self.data, "--name", "localhost")
        self.reseller = self.add("reseller", "add", "--name", "North")["id"]
        customer = self.add("customer", "add", "--reseller", self.reseller, "--name", "Bridge")["id"]
        self.site = self.add("site", "add", "--customer", customer, "--name", "Office", "--time-zone", "UTC")["id"]
        stage.start("plotmeter-portal", "serve", "--data", self.data, "--listen", f"127.0.0.1:{port}").ready()
        self.certificate = os.path.join(self.data, "tls", "certificate.pem")

    def add(self, *words):
        return self.stage.run_json("plotmeter-portal", *words, "--data", self.data)

    def code(self):
        return self.add("enrolment", "add", "--site", self.site)["code"]

    def reach(self):
        return ("--port", self.snmp, "--https-port", self.https, "--piws-pause", "0")


def windows_path(path):
    return "Z:" + path.replace("/", "\\")


def sends(world, others):
    found = json.loads(world.run("discover", "--range", others.printer["address"], *others.reach(), "--json").out)
    expect(others.printer["serial"] in json.dumps(found), f"did not find {others.printer['serial']}: {found}")
    read = world.run("read", others.printer["address"], *others.reach(), "--json").out
    expect(others.printer["serial"] in read and '"piws"' in read, f"did not read by SNMP and HTTPS: {read[:2000]}")

    world.run("enrol", "--portal", others.url, "--code", others.code(), "--ca", windows_path(others.certificate))
    once = world.run("run", "--once", "--range", others.printer["address"], *others.reach())
    expect("0 readings, 0 jobs and 0 batches wait" in once.out, f"something waits: {once}")
    outbox = json.loads(world.run("outbox", "--json").out)["batches"]
    expect(outbox and all(batch["receipt"] for batch in outbox), f"no receipt: {outbox}")
    usage = others.stage.run("plotmeter-portal", "export", "usage", "--data", others.data, "--reseller", others.reseller, "--from",
                             "2020-01-01", "--to", "2100-01-01").stdout
    expect(others.printer["serial"] in usage, f"the portal has no reading of it: {usage[:500]}")


def keeps_its_key(world):
    """What is on the disk is sealed; a key that was made elsewhere is refused, in words."""
    key = os.path.join(world.program_data, "Plotmeter", "key.pem")
    with open(key, "rb") as file:
        sealed = file.read()
    expect(sealed.startswith(b"plotmeter key 1 dpapi\n") and b"PRIVATE KEY" not in sealed, f"the key lies open: {sealed[:60]}")
    subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key], check=True,
                   capture_output=True)
    refused = world.run("run", "--once", code=None)
    expect(refused.code != 0 and "was not sealed by Windows" in refused.out + refused.err, f"a key of Linux: {refused}")
    with open(key, "wb") as file:
        file.write(sealed)


def believes_the_store(world, others):
    """Without --ca: nobody vouches for the portal, until the machine's store does."""
    enrol = ("enrol", "--portal", others.url, "--state", r"C:\ProgramData\Second", "--code")
    refused = world.run(*enrol, others.code(), code=1)
    expect("not trusted" in refused.err, f"believed a portal that nobody vouches for: {refused}")
    with open(others.certificate, encoding="ascii") as file:
        der = ssl.PEM_cert_to_DER_cert(file.read())
    thumbprint = hashlib.sha1(der).hexdigest().upper()
    # As the registry keeps certificates: number, 1, length and content of each property; 3 is the thumbprint, 32 the certificate.
    blob = b"".join(number.to_bytes(4, "little") + b"\1\0\0\0" + len(value).to_bytes(4, "little") + value
                    for number, value in ((3, bytes.fromhex(thumbprint)), (32, der)))
    added = world.wine("reg", "add", rf"HKLM\Software\Microsoft\SystemCertificates\CA\Certificates\{thumbprint}", "/v", "Blob", "/t",
                       "REG_BINARY", "/d", blob.hex(), "/f")
    expect(added.code == 0, f"the store takes no certificate: {added}")
    world.run(*enrol, others.code())


def refuses_a_wrong_name(world, stage, code):
    """A server whose certificate is believed, and made out to somebody else."""
    key, certificate = stage.path("wrong.key"), stage.path("wrong.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
                    certificate, "-subj", "/CN=elsewhere.example", "-addext", "subjectAltName=DNS:elsewhere.example"], check=True,
                   capture_output=True)
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    refused = world.run("enrol", "--portal", f"https://127.0.0.1:{server.server_port}", "--code", code, "--ca",
                        windows_path(certificate), "--state", r"C:\ProgramData\Third", code=None)
    server.shutdown()
    expect(refused.code == 1 and "not made out to 127.0.0.1" in refused.err, f"believed a wrong name: {refused}")


def main():
    given = arguments(__doc__)
    if not os.path.exists(os.path.join(given.native, "plotmeter-portal")):
        print(f"skipped: no plotmeter-portal in {given.native}; ./x windows builds it")
        sys.exit(77)
    with Stage(given.native) as stage, World(given) as world:
        others = Others(stage)
        sends(world, others)
        keeps_its_key(world)
        refuses_a_wrong_name(world, stage, others.code())
        believes_the_store(world, others)


main()
