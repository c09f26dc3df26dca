"""A mail server and a receiver of webhooks on 127.0.0.1, as strangers would run them: TLS with a certificate of their own, and
failing when they are told to.

    certificate, key = make_certificate(folder)
    with MailServer(certificate, key) as mail, Hooks(certificate, key, "whs_day") as hooks:
        mail.fails = True         # 451 to every MAIL; hooks.fails: 503 to every POST
        mail.messages             # email.message.EmailMessage, in the order in which they came
        hooks.posts               # {"headers", "json"}, each with a signature that was right
        hooks.wrong               # what was wrong with others
"""

import email
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import socketserver
import ssl
import subprocess
import threading
import time


def make_certificate(folder):
    certificate, key = os.path.join(folder, "receivers.pem"), os.path.join(folder, "receivers.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out",
                    certificate], check=True, capture_output=True)
    return certificate, key


def tls(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class Serving:
    """Runs a socket server in a thread."""

    def __enter__(self):
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()


class Threaded(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class MailServer(Serving):
    def __init__(self, certificate, key, starttls=True):
        self.fails = False
        self.messages = []
        self.in_the_clear = 0  # messages that came without TLS
        outer, context = self, tls(certificate, key)

        class Session(socketserver.StreamRequestHandler):
            encrypted = False

            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self):
                self.say("220 sink")
                while line := self.rfile.readline():
                    verb = line.split(b":")[0].split()[0].upper() if line.strip() else b""
                    if verb == b"EHLO":
                        self.say("250-sink")
                        self.say("250 STARTTLS" if starttls and not self.encrypted else "250 8BITMIME")
                    elif verb == b"STARTTLS":
                        self.say("220 go on")
                        self.connection = context.wrap_socket(self.connection, server_side=True)
                        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
                        self.encrypted = True
                    elif verb == b"MAIL" and outer.fails:
                        self.say("451 not now")
                    elif verb == b"DATA":
                        self.say("354 go on")
                        self.take()
                    elif verb == b"QUIT":
                        self.say("221 bye")
                        return
                    else:
                        self.say("250 good")

            def take(self):
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line[1:] if line.startswith(b".") else line)
                message = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                outer.messages.append(message)
                outer.in_the_clear += not self.encrypted
                self.say("250 taken")

        self.server = Threaded(("127.0.0.1", 0), Session)


class Hooks(Serving):
    def __init__(self, certificate, key, secret):
        self.fails = False
        self.secret = secret
        self.posts = []
        self.wrong = []
        self.refused = 0
        outer = self

        class Receiver(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.fails:
                    outer.refused += 1
                    self.answer(503)
                    return
                outer.look_at(self.headers, body)
                self.answer(204)

            def answer(self, status):
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self):
                connection, address = super().get_request()
                return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

        context = tls(certificate, key)
        self.server = Server(("127.0.0.1", 0), Receiver)

    @property
    def url(self):
        return f"https://127.0.0.1:{self.server.server_address[1]}/plotmeter"

    # As docs/webhooks.md says that it is done.
    def look_at(self, headers, body):
        timestamp = headers["Plotmeter-Timestamp"]
        expected = "v1=" + hmac.new(self.secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, headers["Plotmeter-Signature"]):
            self.wrong.append(f"signature of {body[:80]}")
            return
        said = json.loads(body)
        if said["delivery"] != headers["Plotmeter-Delivery"]:
            self.wrong.append(f"two ids: {said['delivery']} and {headers['Plotmeter-Delivery']}")
        self.posts.append({"headers": dict(headers), "json": said})


def wait(holds, what, seconds=30):
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds} s still not so: {what}")
        time.sleep(0.05)
