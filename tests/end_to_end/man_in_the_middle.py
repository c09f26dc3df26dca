"""What mitmdump does for in_the_middle.py (-s): it listens, and on demand it lies.

MAN_MODE names a file with what to do to the next requests, MAN_SEEN a directory for every byte that he saw in clear, MAN_LOG a
file with a JSON line for each request: path, where it went, mode, and what was answered.

    pass              as if he were not there
    … at PATH         only there; else as if he were not there
    answer 413        answers so himself, without the portal
    problem 413       the same as a problem of the portal, with a note that he signed himself
    move URL          302 to that address
    forge             200 with a receipt that he made up, under the name of the portal's key
    stranger          200 with a receipt under the name of his own key
    truncate          the portal's own answer, cut in half
    replay            an answer of the portal to an earlier request of the same kind
    keys              a keys document of his own, or a changed one of the portal's, beside receipts under his own key
"""

import base64
import json
import os
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from mitmproxy import http


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Man:
    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        numbers = self.key.public_key().public_numbers()
        self.jwk = {"crv": "P-256", "kty": "EC", "x": encode(numbers.x.to_bytes(32, "big")), "y": encode(numbers.y.to_bytes(32, "big"))}
        digest = hashes.Hash(hashes.SHA256())
        digest.update(json.dumps(self.jwk, separators=(",", ":"), sort_keys=True).encode())
        self.thumbprint = encode(digest.finalize())
        self.heard = {}  # genuine answers, by path
        self.count = 0

    def sign(self, typ, payload, kid=None):
        head = encode(json.dumps({"alg": "ES256", "kid": kid or self.thumbprint, "typ": typ}).encode())
        body = encode(payload if isinstance(payload, bytes) else json.dumps(payload).encode())
        r, s = decode_dss_signature(self.key.sign(f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256())))
        return f"{head}.{body}.{encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def mode(self):
        with open(os.environ["MAN_MODE"], encoding="utf-8") as file:
            return file.read().strip()

    def keep(self, what, content):
        self.count += 1
        with open(os.path.join(os.environ["MAN_SEEN"], f"{self.count:06}-{what}"), "wb") as file:
            file.write(content)

    def payload_like(self, path):
        """What the portal said there last, as a payload to change; empty if he never heard it."""
        jws = self.heard.get(path)
        return (json.loads(decode(jws[0].split(".")[0]))["typ"], decode(jws[0].split(".")[1])) if jws else ("plotmeter-receipt+jws", b"{}")

    def lie(self, mode, path):
        word, rest = (mode.split(" ") + [""])[:2]
        portal = json.loads(decode(self.heard["/api/v1/keys"][0].split(".")[0]))["kid"]
        jose = {"Content-Type": "application/jose"}
        if word == "answer":
            return http.Response.make(int(rest), b"<html>no</html>", {"Content-Type": "text/html"})
        if word == "problem":
            note = self.sign("plotmeter-refusal+jws", {"portal": portal, "sealed_sha256": "A" * 43, "status": int(rest),
                                                       "check": "schema", "detail": "no", "at": "2026-11-29T09:00:00Z"}, portal)
            return http.Response.make(int(rest), json.dumps({"status": int(rest), "check": "schema", "signed": note}).encode(),
                                      {"Content-Type": "application/problem+json"})
        if word == "move":
            return http.Response.make(302, b"", {"Location": rest + path})
        if word == "keys" and path == "/api/v1/keys":
            genuine = self.heard[path][0].split(".")
            document = json.loads(decode(genuine[1]))
            document["version"] += 1
            document["encryption"] = [self.jwk]
            changed = ".".join([genuine[0], encode(json.dumps(document).encode()), genuine[2]])
            document["signing"] = self.jwk
            return http.Response.make(200, [self.sign("plotmeter-keys+jws", document), changed][self.count % 2].encode(), jose)
        if word in ("forge", "stranger", "keys"):
            typ, payload = self.payload_like(path)
            return http.Response.make(200, self.sign(typ, payload, portal if word == "forge" else None).encode(), jose)
        if word == "replay" and path in self.heard:
            return http.Response.make(200, self.heard[path][0].encode(), jose)
        return None

    def request(self, flow):
        request = flow.request
        flow.metadata["mode"] = mode = self.mode()
        self.keep("request", f"{request.method} {request.pretty_url}\n{request.headers}\n".encode() + (request.content or b""))
        mode, _, only = mode.partition(" at ")
        flow.metadata["does"] = mode = mode if only in ("", request.path) else "pass"
        if mode != "pass":
            flow.response = self.lie(mode, request.path)
        if flow.response is not None:
            self.note(flow)

    def response(self, flow):
        if not flow.response or "noted" in flow.metadata:
            return
        content = flow.response.content or b""
        self.keep("response", f"{flow.response.status_code}\n{flow.response.headers}\n".encode() + content)
        if flow.response.status_code == 200 and flow.metadata["does"] == "pass":
            self.heard.setdefault(flow.request.path, [content.decode()])
        if flow.metadata["does"] == "truncate":
            flow.response.content = content[:len(content) // 2]
        self.note(flow)

    def note(self, flow):
        flow.metadata["noted"] = True
        with open(os.environ["MAN_LOG"], "a", encoding="utf-8") as file:
            file.write(json.dumps({"at": time.time(), "path": flow.request.path, "port": flow.request.port,
                                   "mode": flow.metadata["mode"], "status": flow.response.status_code}) + "\n")


addons = [Man()]
