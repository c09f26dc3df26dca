"""A man between collector and portal who means no good, and holds the portal's own certificate.

He takes each request apart and then does one of these things, as chance will have it: nothing; breaks off before he
read it, in the middle of it, before he passes it on, after the portal has answered (the receipt is lost), in the middle of
the answer; sends it twice; keeps a copy and sends that again later, after newer ones. Signed and sealed as everything
is, he can do no more.
"""

import http.client
import random
import socket
import ssl
import threading

WAYS = ("pass", "refuse", "cut in request", "cut before portal", "receipt lost", "cut in answer", "twice", "again later")


class Mischief:
    def __init__(self, certificate, key, portal_port, seed):
        self.portal_port = portal_port
        self.chance = random.Random(seed)
        self.share = 0.0  # of the requests that suffer something
        self.done = dict.fromkeys(WAYS, 0)  # counted when it was done to the end
        self.later = []
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(certificate, key)
        self.client = ssl.create_default_context(cafile=certificate)
        self.client.check_hostname = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.meet, args=(plain,), daemon=True).start()

    def meet(self, plain):
        plain.settimeout(20)
        try:
            way = self.chance.choice(WAYS[1:]) if self.chance.random() < self.share else "pass"
            if way == "refuse":
                self.done[way] += 1
                return
            with self.server.wrap_socket(plain, server_side=True) as peer:
                while self.one(peer, way):
                    way = self.chance.choice(WAYS[2:]) if self.chance.random() < self.share else "pass"
        except (OSError, ValueError, http.client.HTTPException):
            pass  # one of the two died, as they shall
        finally:
            plain.close()

    def one(self, peer, way):
        """One request; False when the connection is over."""
        head = b""
        while b"\r\n\r\n" not in head:
            more = peer.recv(4096)
            if not more:
                return False
            head += more
            if way == "cut in request" and self.chance.random() < 0.5:
                self.done[way] += 1
                return False
        head, _, body = head.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ")
        headers = {n.strip().lower(): v.strip() for n, v in (line.split(":", 1) for line in lines[1:])}
        while len(body) < int(headers.get("content-length", "0")):
            body += peer.recv(65536)
            if way == "cut in request":
                break
        if way in ("cut in request", "cut before portal"):
            self.done[way] += 1
            return False
        asked = (method, path, headers.get("content-type", ""), body)
        answer = self.ask(*asked)
        if way == "twice":
            answer = self.ask(*asked)
        if way == "again later":
            self.later.append(asked)
        elif self.later and self.chance.random() < 0.3:
            self.send_again()
        if way not in ("cut in answer", "again later"):
            self.done[way] += 1
        if way == "receipt lost":
            return False
        status, kind, text, retry = answer
        whole = (f"HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\nContent-Length: {len(text)}\r\n"
                 f"{'Retry-After: ' + retry + chr(13) + chr(10) if retry else ''}\r\n").encode() + text
        if way == "cut in answer":
            peer.sendall(whole[:self.chance.randrange(len(whole))])
            self.done[way] += 1
            return False
        peer.sendall(whole)
        return True

    def send_again(self):
        """One of the copies that he kept."""
        self.ask(*self.later.pop(self.chance.randrange(len(self.later))))
        self.done["again later"] += 1

    def ask(self, method, path, kind, body):
        portal = http.client.HTTPSConnection("127.0.0.1", self.portal_port, timeout=20, context=self.client)
        try:
            portal.request(method, path, body or None, {"Content-Type": kind} if kind else {})
            answer = portal.getresponse()
            return answer.status, answer.getheader("Content-Type", ""), answer.read(), answer.getheader("Retry-After")
        finally:
            portal.close()

    def close(self):
        self.listener.close()
