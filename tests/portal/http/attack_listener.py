"""Attacks a listener as strangers would, and looks whether it still serves others.

    attack_listener.py PROGRAM [unittest arguments]

PROGRAM is attacked_listener, whose deadlines are half a second. After every attack the same process has to answer
/healthz, hold no more descriptors than before, and not have grown beyond bounds.
"""

import contextlib
import json
import os
import re
import resource
import select
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

PROGRAM = sys.argv.pop(1)
FOLDER = tempfile.TemporaryDirectory()
PATIENCE = 20  # seconds until a wait is a failure; never the time a test takes
HEALTHZ = b"GET /healthz HTTP/1.1\r\nHost: portal\r\n\r\n"


def file(name):
    return os.path.join(FOLDER.name, name)


def read_file(name):
    with open(file(name), "rb") as stream:
        return stream.read()


def write_file(name, contents):
    with open(file(name), "wb") as stream:
        stream.write(contents)


def make_certificate(name, subject):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", file(name + ".key"), "-out", file(name + ".pem"), "-subj", "/CN=" + subject,
         "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)


def until(condition, what):
    """Waits for something that only looking can tell."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("not within %d s: %s" % (PATIENCE, what))
        time.sleep(0.01)


class Server:
    """The program, and what /proc says of it."""

    def __init__(self, *limits, certificate="one", files=None):
        def few_files():
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
        self.log = open(file("log"), "wb+")
        self.process = subprocess.Popen(
            [PROGRAM, file(certificate + ".pem"), file(certificate + ".key"), *limits],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, preexec_fn=few_files)
        self.port = int(self.line().split()[1])

    def line(self):
        return self.process.stdout.readline().decode().strip()

    def say(self, order):
        self.process.stdin.write(order.encode() + b"\n")
        self.process.stdin.flush()

    def ask(self, order):
        self.say(order)
        return self.line()

    def files(self):
        return len(os.listdir("/proc/%d/fd" % self.process.pid))

    def megabytes(self):
        with open("/proc/%d/status" % self.process.pid) as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) // 1024

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.process.pid) as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_sanitized(self):
        """A sanitizer keeps its shadow at terabytes of addresses; no other program has so many."""
        with open("/proc/%d/status" % self.process.pid) as status:
            return int(re.search(r"VmSize:\s+(\d+)", status.read()).group(1)) >> 30 > 1

    def logged(self):
        with open(file("log"), errors="replace") as log:
            return log.read()

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(PATIENCE)
        self.log.close()
        return self.process.returncode


def tcp(server, source=None):
    return socket.create_connection(("127.0.0.1", server.port), PATIENCE,
                                    (source, 0) if source else None)


def context(**changes):
    made = ssl.create_default_context(cafile=file("one.pem"))
    made.load_verify_locations(file("two.pem"))
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def tls(server, using=None, source=None, session=None):
    return (using or TLS).wrap_socket(tcp(server, source), server_hostname="127.0.0.1", session=session)


def read_all(connection):
    """What comes until the other side ends it, in whatever way it does."""
    got = b""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while part := connection.recv(65536):
            got += part
    return got


class HalfAnswer(Exception):
    pass


class Answer:
    """One answer, read from a connection that may go on. EOFError when none comes, HalfAnswer when it breaks off."""

    def __init__(self, stream, to_head=False):
        line = stream.readline().decode()
        if not line:
            raise EOFError("no answer")
        try:
            self.read(line, stream, to_head)
        except (ConnectionError, ssl.SSLError, ValueError) as error:
            raise HalfAnswer(line) from error

    def read(self, line, stream, to_head):
        self.status = int(line.split()[1])
        self.headers = {}
        while (field := stream.readline().decode().rstrip("\r\n")):
            name, value = field.split(":", 1)
            self.headers[name.lower()] = value.strip()
        self.body = b""
        if to_head or self.status in (100, 204):
            return
        if self.headers.get("transfer-encoding") == "chunked":
            while size := int(stream.readline(), 16):
                self.body += stream.read(size)
                stream.readline()
            stream.readline()
        elif "content-length" in self.headers:
            length = int(self.headers["content-length"])
            self.body = stream.read(length)
            if len(self.body) < length:
                raise ValueError("half an answer")
        else:
            self.body = stream.read()

    def json(self):
        return json.loads(self.body)


def ask(server, request, using=None):
    """One request on a connection of its own."""
    with tls(server, using) as connection:
        connection.sendall(request)
        return Answer(connection.makefile("rb"), request.startswith(b"HEAD"))


def get(path, *fields):
    return b"\r\n".join([b"GET " + path + b" HTTP/1.1", b"Host: portal", *fields, b"", b""])


def post(path, *fields, body=b""):
    return b"\r\n".join([b"POST " + path + b" HTTP/1.1", b"Host: portal", *fields, b"", body])


class Attack(unittest.TestCase):
    limits = ()
    files = None
    growth = 60  # MB that the process may be larger after an attack

    @classmethod
    def setUpClass(cls):
        cls.server = Server(*cls.limits, files=cls.files)
        ask(cls.server, HEALTHZ)  # what is made once is made now

    @classmethod
    def tearDownClass(cls):
        code = cls.server.end()
        if code != 0:
            raise AssertionError("the program ended with %d\n%s" % (code, cls.server.logged()))

    def setUp(self):
        until(lambda: ask(self.server, HEALTHZ).status == 200, "well before the attack")
        self.start_files = self.server.files()
        self.start_megabytes = self.server.megabytes()

    def tearDown(self):
        self.assertEqual(ask(self.server, HEALTHZ).body, b'"well"')
        until(lambda: self.server.files() <= self.start_files, "every descriptor given back")
        if not self.server.is_sanitized():
            self.assertLess(self.server.megabytes() - self.start_megabytes, self.growth)

    def is_refused(self, request, status):
        """Answered with a problem, and then closed."""
        with tls(self.server) as connection:
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                connection.sendall(request)
            stream = connection.makefile("rb")
            answer = Answer(stream)
            self.assertEqual(answer.status, status, request[:200])
            self.assertEqual(answer.headers["content-type"], "application/problem+json")
            self.assertEqual(answer.json()["status"], status)
            self.assertEqual(answer.headers["connection"], "close")
            self.assertEqual(stream.read(), b"", "closed after its answer")


class Handshakes(Attack):
    def test_outlives_500_that_connect_and_close(self):
        for _ in range(500):
            tcp(self.server).close()

    def test_outlives_500_that_connect_and_reset(self):
        for _ in range(500):
            connection = tcp(self.server)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    def test_outlives_resets_in_the_middle_of_requests(self):
        for _ in range(50):
            connection = tls(self.server)
            connection.sendall(post(b"/batches", b"Content-Length: 1000", body=b"x"))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    def test_ends_garbage_at_once(self):
        for garbage in (b"GET / HTTP/1.1\r\nHost: portal\r\n\r\n", b"\x00" * 100, os.urandom(1000), b"\x16\x03\x01\xff\xff" + b"x" * 70000):
            with tcp(self.server) as connection:
                with contextlib.suppress(ConnectionError):
                    connection.sendall(garbage)
                self.assertNotIn(b"HTTP", read_all(connection))


    def test_ends_garbage_after_a_handshake_at_once(self):
        for start in (b"", HEALTHZ[:20], post(b"/small", b"Content-Length: 1000", body=b"x")):
            for garbage in (HEALTHZ, b"\x17\x03\x03\xff\xff" + b"x" * 70000, b"\x15\x03\x03\x00\x02\x02\x00", os.urandom(1000)):
                with tls(self.server) as connection, contextlib.suppress(ConnectionError):
                    connection.sendall(start)
                    os.write(connection.fileno(), garbage)  # beside its encryption
                    self.assertNotIn(b"HTTP", read_all(connection))

    def test_hears_no_second_handshake(self):
        client = subprocess.Popen(
            ["openssl", "s_client", "-connect", "127.0.0.1:%d" % self.server.port, "-tls1_2", "-CAfile", file("one.pem")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        client.stdin.write(b"R\n")  # renegotiates
        client.stdin.flush()
        said = client.stdout.read()  # to its end: that of the connection
        client.wait(PATIENCE)
        client.stdin.close()
        client.stdout.close()
        self.assertIn(b"RENEGOTIATING", said)
        self.assertIn(b"no renegotiation", said)


class ShortHandshakes(Attack):
    limits = ("handshake=500",)

    def test_ends_half_a_client_hello_and_those_that_say_nothing(self):
        bio = ssl.MemoryBIO()
        half = TLS.wrap_bio(ssl.MemoryBIO(), bio, server_hostname="127.0.0.1")
        with self.assertRaises(ssl.SSLWantReadError):
            half.do_handshake()
        hello = bio.read()
        waiting = [tcp(self.server) for _ in range(100)]
        for number, connection in enumerate(waiting):
            connection.sendall(hello[:number])
        for connection in waiting:
            with connection:
                read_all(connection)

    def test_counts_a_handshake_as_a_whole(self):
        bio = ssl.MemoryBIO()
        drip = TLS.wrap_bio(ssl.MemoryBIO(), bio, server_hostname="127.0.0.1")
        with self.assertRaises(ssl.SSLWantReadError):
            drip.do_handshake()
        start = time.monotonic()
        with tcp(self.server) as connection, contextlib.suppress(ConnectionError):
            for byte in bio.read():
                connection.sendall(bytes([byte]))
                if select.select([connection], [], [], 0.05)[0]:
                    break
            read_all(connection)
        self.assertLess(time.monotonic() - start, 5)


class Encryption(Attack):
    def refused(self, using):
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            ask(self.server, HEALTHZ, using)

    def test_speaks_1_2_and_1_3_and_nothing_older(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            using = context(minimum_version=version, maximum_version=version)
            self.assertEqual(ask(self.server, HEALTHZ, using).status, 200)
        old = context(minimum_version=ssl.TLSVersion.TLSv1_1, maximum_version=ssl.TLSVersion.TLSv1_1)
        old.set_ciphers("ALL:@SECLEVEL=0")
        self.refused(old)

    def test_takes_ecdhe_with_aead_only(self):
        for ciphers, is_taken in (("ECDHE-ECDSA-AES128-GCM-SHA256", True), ("ECDHE-ECDSA-CHACHA20-POLY1305", True),
                                  ("ECDHE-ECDSA-AES128-SHA", False), ("ECDHE-ECDSA-AES256-SHA384", False),
                                  ("AES128-GCM-SHA256", False), ("DHE-RSA-AES128-GCM-SHA256", False)):
            with self.subTest(ciphers):
                using = context(maximum_version=ssl.TLSVersion.TLSv1_2)
                using.set_ciphers(ciphers)
                if is_taken:
                    self.assertEqual(ask(self.server, HEALTHZ, using).status, 200)
                else:
                    self.refused(using)

    def test_resumes_sessions(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            using = context(minimum_version=version, maximum_version=version)
            with tls(self.server, using) as first:
                first.sendall(HEALTHZ)
                Answer(first.makefile("rb"))
                session = first.session
            with tls(self.server, using, session=session) as second:
                self.assertTrue(second.session_reused, version)
                second.sendall(HEALTHZ)
                self.assertEqual(Answer(second.makefile("rb")).status, 200)

    def test_speaks_http_1_1_and_says_so(self):
        using = context()
        using.set_alpn_protocols(["h2", "http/1.1"])
        with tls(self.server, using) as connection:
            self.assertEqual(connection.selected_alpn_protocol(), "http/1.1")
        using.set_alpn_protocols(["h2"])
        self.refused(using)

    def test_shows_a_handler_the_peer(self):
        self.assertEqual(ask(self.server, get(b"/peer")).json(),
                         {"address": "127.0.0.1", "subject": "", "key": ""})
        using = context()
        using.load_cert_chain(file("two.pem"), file("two.key"))
        public = subprocess.run(["openssl", "pkey", "-in", file("two.key"), "-pubout", "-outform", "DER"],
                                check=True, capture_output=True).stdout
        digest = subprocess.run(["openssl", "dgst", "-sha256", "-r"], input=public, check=True, capture_output=True)
        seen = ask(self.server, get(b"/peer"), using).json()
        self.assertEqual(seen["subject"], "CN=collector two")
        self.assertEqual(seen["key"], digest.stdout.decode().split()[0])


class Reload(Attack):
    def test_takes_a_new_certificate_without_a_restart(self):
        def shown():
            with tls(self.server) as connection:
                return dict(pair[0] for pair in connection.getpeercert()["subject"])["commonName"]
        saved = {name: read_file(name) for name in ("one.pem", "one.key")}
        try:
            with tls(self.server) as early:
                for end in (".pem", ".key"):
                    write_file("one" + end, read_file("two" + end))
                self.assertEqual(self.server.ask("reload"), "reload")
                self.assertEqual(shown(), "collector two")
                early.sendall(HEALTHZ)
                self.assertEqual(Answer(early.makefile("rb")).status, 200)
            write_file("one.key", saved["one.key"])
            self.assertIn("not reloaded: cannot use the key", self.server.ask("reload"))
            write_file("one.pem", b"no certificate")
            self.assertIn("not reloaded: cannot use the certificate", self.server.ask("reload"))
            self.assertEqual(shown(), "collector two")
        finally:
            for name, contents in saved.items():
                write_file(name, contents)
            self.assertEqual(self.server.ask("reload"), "reload")
        self.assertEqual(shown(), "portal one")


class Requests(Attack):
    def test_adds_what_every_answer_has(self):
        answer = ask(self.server, HEALTHZ)
        self.assertEqual(answer.headers["strict-transport-security"], "max-age=31536000")
        self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
        self.assertEqual(answer.headers["cache-control"], "no-store")
        self.assertRegex(answer.headers["date"], r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")
        self.assertNotIn("server", answer.headers)

    def test_answers_pipelined_requests_in_order(self):
        with tls(self.server) as connection:
            words = [b"word%d" % number for number in range(100)]
            connection.sendall(b"".join(get(b"/echo/" + word) for word in words))
            stream = connection.makefile("rb")
            self.assertEqual([Answer(stream).json().encode() for _ in words], words)

    def test_answers_pipelined_bodies_in_order(self):
        with tls(self.server) as connection:
            chunked = post(b"/chunked", b"Transfer-Encoding: chunked", body=b"5\r\nhello\r\n3;a=b\r\nabc\r\n0\r\nT: x\r\n\r\n")
            connection.sendall(post(b"/small", b"Content-Length: 7", body=b"1234567") + chunked + HEALTHZ)
            stream = connection.makefile("rb")
            self.assertEqual([Answer(stream).json() for _ in range(3)], [{"bytes": 7}, {"bytes": 8}, "well"])

    def test_answers_head_without_a_body(self):
        with tls(self.server) as connection:
            for path, field, value in ((b"/big", "content-length", str(3 << 20)), (b"/endless", "transfer-encoding", "chunked"), (b"/nowhere", "content-type", "application/problem+json")):
                connection.sendall(get(path).replace(b"GET", b"HEAD", 1))
                self.assertEqual(Answer(connection.makefile("rb"), to_head=True).headers[field], value)
            connection.sendall(HEALTHZ)
            self.assertEqual(Answer(connection.makefile("rb")).body, b'"well"')

    def test_keeps_the_connection_after_an_error_that_has_no_body(self):
        with tls(self.server) as connection:
            stream = connection.makefile("rb")
            for path, status in ((b"/nowhere", 404), (b"/secret", 401), (b"/%zz", 400), (b"/nothing", 204), (b"/healthz", 200)):
                if status == 400:
                    continue
                connection.sendall(get(path))
                self.assertEqual(Answer(stream).status, status)

    def test_says_continue_before_a_body_that_it_takes(self):
        with tls(self.server) as connection:
            stream = connection.makefile("rb")
            connection.sendall(post(b"/small", b"Content-Length: 5", b"Expect: 100-continue"))
            self.assertEqual(Answer(stream).status, 100)
            connection.sendall(b"hello")
            self.assertEqual(Answer(stream).json(), {"bytes": 5})
        self.is_refused(post(b"/small", b"Content-Length: 1001", b"Expect: 100-continue"), 413)
        self.is_refused(post(b"/small", b"Content-Length: 5", b"Expect: tea", body=b"hello"), 417)

    def test_serves_old_clients(self):
        answer = ask(self.server, b"GET /healthz HTTP/1.0\r\n\r\n")
        self.assertEqual((answer.status, answer.headers["connection"]), (200, "close"))
        answer = ask(self.server, b"GET /rows HTTP/1.0\r\n\r\n")
        self.assertNotIn("transfer-encoding", answer.headers)
        self.assertEqual(answer.body.count(b"\r\n"), 100000)

    def test_sends_long_answers_whole(self):
        self.assertEqual(ask(self.server, get(b"/big")).body, b"b" * (3 << 20))
        rows = ask(self.server, get(b"/rows")).body
        self.assertEqual(rows, b"".join(b"row %d\r\n" % row for row in range(100000)))

    def test_cuts_a_long_answer_that_fails_instead_of_ending_it(self):
        with tls(self.server) as connection:
            connection.sendall(get(b"/half"))
            got = read_all(connection)
            self.assertIn(b"HTTP/1.1 200", got)
            self.assertNotIn(b"\r\n0\r\n\r\n", got)

    def test_refuses_to_split_an_answer(self):
        answer = ask(self.server, get(b"/split", b"X-From: here"))
        self.assertEqual(answer.status, 500)
        self.assertNotIn(b"Set-Cookie", answer.body)

    def test_takes_a_batch_of_4_mib(self):
        body = os.urandom(4 << 20)
        request = post(b"/batches", b"Content-Type: application/jose", b"Content-Length: %d" % len(body), body=body)
        self.assertEqual(ask(self.server, request).json(), {"bytes": len(body)})


class Strictness(Attack):
    def test_refuses_what_two_readers_read_differently(self):
        self.is_refused(b"GET / HTTP/9.9\r\nHost: portal\r\n\r\n", 400)
        self.is_refused(b"GET / HTTP/1.2\r\nHost: portal\r\n\r\n", 400)
        self.is_refused(b"GET /healthz\r\n\r\n", 400)
        self.is_refused(b"nonsense\r\n\r\n", 400)
        self.is_refused(b"\r\nGET /healthz HTTP/1.1\r\nHost: portal\r\n\r\n", 400)
        self.is_refused(b"GET /healthz HTTP/1.1\r\n\r\n", 400)
        self.is_refused(get(b"/healthz", b"Host: other"), 400)
        self.is_refused(get(b"/healthz", b"X Y: z"), 400)
        self.is_refused(get(b"/healthz", b"X : z"), 400)
        self.is_refused(get(b"/healthz", b"X: a\x00b"), 400)
        self.is_refused(get(b"/healthz", b"X: a\rb"), 400)
        self.is_refused(get(b"/healthz", b"X"), 400)
        self.is_refused(get(b"/healthz").replace(b"\r\n", b"\n"), 400)
        self.is_refused(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400)

    def test_refuses_methods_it_does_not_serve(self):
        for method in (b"TRACE", b"CONNECT", b"OPTIONS", b"PROPFIND", b"get", b"GETGETGET" * 20):
            answer = ask(self.server, method + b" /healthz HTTP/1.1\r\nHost: portal\r\nCookie: secret\r\n\r\n")
            self.assertEqual(answer.status, 405)
            self.assertIn("GET", answer.headers["allow"])
            self.assertNotIn(b"secret", answer.body)
        answer = ask(self.server, b"OPTIONS * HTTP/1.1\r\nHost: portal\r\n\r\n")
        self.assertEqual(answer.status, 405)
        answer = ask(self.server, b"CONNECT portal:443 HTTP/1.1\r\nHost: portal\r\n\r\n")
        self.assertEqual(answer.status, 405)

    def test_refuses_escapes_that_hide_something(self):
        for path in (b"/%zz", b"/%", b"/%00", b"/echo/%00", b"/%2e%2e/etc", b"/../etc", b"/a\\b", b"/a%5cb", b"/a%2fb",
                     b"/%ff", b"/%c0%af", b"/%ed%a0%80", b"/\xc3\x9c", b"/\xff", b"healthz", b"*", b"/a#b", b"/%0d%0aX:%20y"):
            with self.subTest(path):
                self.is_refused_or_closed(path)

    def is_refused_or_closed(self, path):
        answer = ask(self.server, get(path))
        self.assertEqual((answer.status, answer.headers["content-type"]), (400, "application/problem+json"), path)

    def test_refuses_lengths_that_are_none(self):
        for length, status in ((b"-1", 400), (b"+5", 400), (b"5, 5", 400), (b"0x5", 400), (b"", 400), (b"5 5", 400),
                               (b"10000000000", 413), (b"1001", 413), (b"9223372036854775807", 413)):
            with self.subTest(length):
                self.is_refused(post(b"/small", b"Content-Length: " + length, body=b"hello"), status)
        self.is_refused(post(b"/small", b"Content-Length: 5", b"Content-Length: 5", body=b"hello"), 400)
        self.is_refused(post(b"/small", b"Content-Length: 5", b"Content-Length: 6", body=b"hello"), 400)
        for length in (b"18446744073709551616", b"147573952589676412928"):
            answer = ask(self.server, post(b"/small", b"Content-Length: " + length, body=b"hello"))
            self.assertIn(answer.status, (400, 413))

    def test_refuses_two_ways_to_end_a_body(self):
        chunked = b"Transfer-Encoding: chunked"
        body = b"5\r\nhello\r\n0\r\n\r\n"
        self.is_refused(post(b"/chunked", b"Content-Length: 5", chunked, body=body), 400)
        self.is_refused(post(b"/chunked", chunked, b"Content-Length: 5", body=body), 400)
        self.is_refused(post(b"/chunked", chunked, chunked, body=body), 400)
        self.is_refused(post(b"/chunked", b"Transfer-Encoding: gzip, chunked", body=body), 501)
        self.is_refused(post(b"/chunked", b"Transfer-Encoding: identity", body=body), 501)
        self.is_refused(post(b"/chunked", chunked, body=body).replace(b"HTTP/1.1", b"HTTP/1.0"), 400)
        self.is_refused(post(b"/small", chunked, body=body), 411)

    def test_refuses_chunks_that_are_none(self):
        for body, status in ((b"-5\r\nhello\r\n", 400), (b"ffffffffffffffff1\r\nhello", 400), (b"+5\r\nhello\r\n", 400),
                             (b"5\nhello\n0\n\n", 400), (b"5\r\nhello!\r\n", 400), (b"x\r\n", 400), (b"\r\n", 400),
                             (b"5" + b"0" * 1000, 400), (b"5;" + b"x" * 1000, 400), (b"0\r\n" + b"T: x\r\n" * 1000, 400),
                             (b"ffffffff\r\n", 413), (b"10001\r\n", 413), (b"8000\r\n" + b"x" * 32768 + b"\r\n8001\r\n", 413)):
            with self.subTest(body[:40]):
                self.is_refused(post(b"/chunked", b"Transfer-Encoding: chunked", body=body), status)

    def test_takes_the_smallest_parts_of_chunks(self):
        with tls(self.server) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for part in post(b"/chunked", b"Transfer-Encoding: chunked", body=b"1\r\nx\r\n0\r\n\r\n"):
                connection.sendall(bytes([part]))
            self.assertEqual(Answer(connection.makefile("rb")).json(), {"bytes": 1})

    def test_lets_a_client_send_on_before_it_reads_the_refusal(self):
        for _ in range(20):
            with tls(self.server) as connection:
                connection.sendall(post(b"/small", b"Content-Length: 3000000", body=b"x" * 3000000))
                self.assertEqual(Answer(connection.makefile("rb")).status, 413)

    def test_refuses_a_body_of_another_type_before_reading_it(self):
        self.is_refused(post(b"/batches", b"Content-Type: text/plain", b"Content-Length: 4000000"), 415)
        self.is_refused(post(b"/nowhere", b"Content-Length: 4000000"), 404)
        self.is_refused(get(b"/healthz", b"Content-Length: 5") + b"hello", 413)


class Sizes(Attack):
    growth = 30

    def test_refuses_a_header_that_is_too_large(self):
        ask(self.server, get(b"/healthz", b"X: " + b"x" * 15000))
        self.is_refused(get(b"/healthz", b"X: " + b"x" * 17000), 431)
        self.is_refused(get(b"/healthz", *[b"X%d: y" % number for number in range(3000)]), 431)
        self.is_refused(get(b"/" + b"x" * 9000), 414)

    def flood(self, start, part, megabytes):
        """Sends and sends; the answer may be lost to it, the server may not."""
        with tls(self.server) as connection, contextlib.suppress(ConnectionError, ssl.SSLError, TimeoutError):
            connection.sendall(start)
            for _ in range(megabytes * 1048576 // len(part)):
                connection.sendall(part)

    def test_does_not_keep_a_header_of_16_mb(self):
        self.flood(b"GET / HTTP/1.1\r\nX: ", b"x" * 65536, 16)
        self.flood(b"GET / HTTP/1.1\r\n", b"X: y\r\n" * 10000, 16)
        self.flood(b"", b"x" * 65536, 16)

    def test_does_not_keep_bodies_that_never_end(self):
        self.flood(post(b"/small", b"Content-Length: 10000000000"), b"x" * 65536, 16)
        self.flood(post(b"/chunked", b"Transfer-Encoding: chunked"), b"1000\r\n" + b"x" * 4096 + b"\r\n", 16)
        self.flood(post(b"/chunked", b"Transfer-Encoding: chunked"), b"0" * 65536, 16)
        self.flood(post(b"/chunked", b"Transfer-Encoding: chunked", body=b"0\r\n"), b"T: x\r\n" * 10000, 16)


    def test_makes_no_answers_ahead_for_who_never_reads(self):
        self.flood(b"", get(b"/echo/" + b"x" * 4000) * 16, 16)
        self.flood(b"", get(b"/big") * 100, 4)

    def test_answers_no_body_that_ends_early(self):
        for start in (post(b"/small", b"Content-Length: 1000", body=b"hello"),
                      post(b"/chunked", b"Transfer-Encoding: chunked", body=b"5\r\nhello\r\n")):
            for _ in range(50):
                with tls(self.server) as connection:
                    connection.sendall(start)
                    socket.socket.shutdown(connection, socket.SHUT_WR)  # without a word of TLS
                    self.assertEqual(read_all(connection), b"")


class Slowness(Attack):
    """Five addresses with a hundred connections each."""
    limits = ("header=2500", "body=2500")
    growth = 120
    crowd = 500

    def drip(self, start, adds=True):
        crowd = []
        for number in range(self.crowd):
            crowd.append(tls(self.server, QUIET, source="127.0.0.%d" % (2 + number % 5)))
            crowd[-1].sendall(start)
        begin = time.monotonic()
        self.assertEqual(ask(self.server, HEALTHZ).status, 200)
        answers = []
        while crowd:
            # A byte to each, and look who has been answered or cut.
            ready = select.select(crowd, [], [], 0.1)[0]
            for connection in ready:
                answers.append(read_all(connection))
                connection.close()
                crowd.remove(connection)
            for connection in crowd if start and adds else ():
                with contextlib.suppress(ConnectionError, ssl.SSLError):
                    connection.sendall(b"x")
            self.assertLess(time.monotonic() - begin, PATIENCE, "%d are still served" % len(crowd))
        self.assertEqual(len(answers), self.crowd)
        return answers

    def test_ends_500_that_say_nothing(self):
        self.assertEqual(set(self.drip(b"")), {b""})

    def test_ends_500_that_say_nothing_more(self):
        answers = self.drip(HEALTHZ, adds=False)
        self.assertEqual({answer.count(b"HTTP/1.1 200") for answer in answers}, {1})

    def test_ends_500_chunks_that_come_a_byte_at_a_time(self):
        answers = self.drip(post(b"/chunked", b"Transfer-Encoding: chunked", body=b"ff\r\n"))
        self.assertGreater(sum(answer.startswith(b"HTTP/1.1 408") for answer in answers), self.crowd * 0.9)

    def test_ends_500_headers_that_come_a_byte_at_a_time(self):
        answers = self.drip(b"GET /healthz HTTP/1.1\r\nX: ")
        self.assertGreater(sum(answer.startswith(b"HTTP/1.1 408") for answer in answers), self.crowd * 0.9)

    def test_ends_500_bodies_that_come_a_byte_at_a_time(self):
        answers = self.drip(post(b"/small", b"Content-Length: 1000"))
        self.assertGreater(sum(answer.startswith(b"HTTP/1.1 408") for answer in answers), self.crowd * 0.9)


class Downloads(Attack):
    # It levels off near 50 MB, after 600 aborted downloads as after 1500: arenas of the threads, cached sessions.
    growth = 60

    def test_outlives_200_aborted_downloads(self):
        for number in range(200):
            connection = tls(self.server)
            connection.sendall(get(b"/endless" if number % 2 else b"/big"))
            connection.recv(100)
            if number % 3:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    def test_cuts_a_reader_that_stalls(self):
        readers = [tls(self.server) for _ in range(10)]
        for reader in readers:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.sendall(get(b"/endless"))
        largest = 0
        for reader in readers:
            until_cut = select.poll()
            until_cut.register(reader, 0)  # nothing but its end
            self.assertTrue(until_cut.poll(PATIENCE * 1000), "the reader was cut")
            largest = max(largest, self.server.megabytes())
            reader.close()
        if not self.server.is_sanitized():
            self.assertLess(largest - self.start_megabytes, 30)

    def test_goes_on_for_a_reader_that_is_only_slow(self):
        with tls(self.server) as reader:
            reader.sendall(get(b"/endless"))
            end = time.monotonic() + 1.5  # three times the deadline of a piece
            got = 0
            while time.monotonic() < end:
                got += len(reader.recv(65536))
            self.assertGreater(got, 1 << 20)


class Crowds(Attack):
    limits = ("connections=30", "connections_per_address=10", "idle=20000", "header=20000", "requests_per_connection=5")

    def test_lets_in_so_many_of_one_address(self):
        crowd = [tls(self.server, source="127.0.0.9") for _ in range(10)]
        with self.assertRaises((ConnectionError, ssl.SSLError)):
            tls(self.server, source="127.0.0.9")
        self.assertEqual(ask(self.server, HEALTHZ).status, 200)
        crowd.pop().close()
        until(lambda: self.enters("127.0.0.9"), "a place after one has left")
        for connection in crowd:
            connection.close()

    def enters(self, source):
        try:
            tls(self.server, source=source).close()
            return True
        except (ConnectionError, ssl.SSLError):
            return False

    def test_lets_in_so_many_in_total(self):
        until(lambda: self.server.files() <= self.start_files, "an empty house")
        crowd = [tls(self.server, source="127.0.0.%d" % (10 + number % 5)) for number in range(30)]
        with self.assertRaises((ConnectionError, ssl.SSLError)):
            tls(self.server, source="127.0.0.99")
        for connection in crowd:
            connection.close()
        until(lambda: self.enters("127.0.0.1"), "a place after all have left")

    def test_ends_a_connection_after_so_many_requests(self):
        with tls(self.server) as connection:
            stream = connection.makefile("rb")
            for number in range(5):
                connection.sendall(HEALTHZ)
                self.assertEqual(Answer(stream).headers.get("connection"), "close" if number == 4 else None)
            self.assertEqual(stream.read(), b"")

    def test_ends_idle_connections(self):
        server = Server("idle=300", "header=300")
        with tls(server) as fresh, tls(server) as used:
            used.sendall(HEALTHZ)
            stream = used.makefile("rb")
            self.assertEqual(Answer(stream).status, 200)
            self.assertEqual(stream.read(), b"")
            self.assertEqual(read_all(fresh), b"")
        self.assertEqual(server.end(), 0)


class Work(Attack):
    limits = ("workers=2", "queue=2", "request=10000", "body_memory=5000000", "body=10000")

    def test_refuses_what_does_not_fit_in_the_queue_and_answers_each_once(self):
        self.assertEqual(self.server.ask("hold"), "hold")
        waiting = {}

        def wait():
            connection = tls(self.server, QUIET)
            connection.sendall(get(b"/wait", b"Connection: close"))
            waiting[connection.fileno()] = connection
        wait()
        wait()
        until(lambda: self.server.ask("waiting") == "waiting 2", "both workers wait")
        for _ in range(6):
            wait()
        refused = 0
        while refused < 4:  # two with the workers, two in the queue, four without a place
            ready = select.select(list(waiting.values()), [], [], PATIENCE)[0]
            self.assertTrue(ready, "the others are refused at once")
            for connection in ready:
                del waiting[connection.fileno()]
                answer = Answer(connection.makefile("rb"))
                self.assertEqual((answer.status, answer.headers["retry-after"]), (503, "2"))
                connection.close()
                refused += 1
        self.assertEqual(self.server.ask("release"), "release")
        for connection in waiting.values():
            got = read_all(connection)
            self.assertEqual(got.count(b"HTTP/1.1"), 1)
            self.assertTrue(got.endswith(b'"waited"'))
            connection.close()

    def test_bounds_the_memory_of_all_bodies_together(self):
        body = b"Content-Type: application/jose\r\nContent-Length: 4000000"
        with tls(self.server, QUIET) as one, tls(self.server, QUIET) as two:
            for connection in (one, two):
                with contextlib.suppress(ConnectionError, ssl.SSLError):
                    connection.sendall(post(b"/batches", body, body=b"x" * 3900000))
            ready = select.select([one, two], [], [], PATIENCE)[0]
            self.assertTrue(ready, "one of them is refused")
            for connection in ready:
                self.assertEqual(Answer(connection.makefile("rb")).status, 503)
        until(lambda: ask(self.server, post(b"/batches", body, body=b"x" * 4000000)).status == 200, "memory given back")


class Deadlines(Attack):
    limits = ("request=500", "workers=2", "queue=2")

    def test_answers_once_when_a_handler_takes_too_long(self):
        self.assertEqual(self.server.ask("hold"), "hold")
        with tls(self.server) as connection:
            connection.sendall(get(b"/wait") + HEALTHZ)
            got = read_all(connection)
        self.assertEqual(self.server.ask("release"), "release")
        self.assertTrue(got.startswith(b"HTTP/1.1 503"))
        self.assertEqual(got.count(b"HTTP/1.1"), 1)


class FewDescriptors(Attack):
    limits = ("connections=1000", "handshake=1500")
    files = 100

    def test_recovers_from_200_connections(self):
        before = self.server.cpu_seconds()
        crowd = []
        for _ in range(200):
            with contextlib.suppress(ConnectionError):
                crowd.append(tcp(self.server))
        for connection in crowd:
            read_all(connection)
            connection.close()
        if not self.server.is_sanitized():
            self.assertLess(self.server.cpu_seconds() - before, 0.7, "it spins")
        self.assertIn("few_descriptors", self.server.logged())


class NoDescriptors(Attack):
    limits = ("handshake=20000",)
    files = 400

    def test_waits_for_descriptors_without_spinning(self):
        until(lambda: self.server.files() <= self.start_files, "an empty house")
        self.server.ask("hog 3")
        crowd = [tcp(self.server) for _ in range(20)]
        until(lambda: "accept_failed" in self.server.logged(), "it says so")
        before = self.server.cpu_seconds()
        crowd[-1].settimeout(1)
        with self.assertRaises(TimeoutError):
            TLS.wrap_socket(crowd[-1], server_hostname="127.0.0.1")
        if not self.server.is_sanitized():
            self.assertLess(self.server.cpu_seconds() - before, 0.3, "it spins")
        # Said once, and once more only after it could accept again: who left just now has made room.
        self.assertEqual(self.server.logged().count("accept_failed") - self.server.logged().count("accepting_again"), 1)
        self.server.ask("unhog")
        self.assertEqual(ask(self.server, HEALTHZ).status, 200)
        until(lambda: "accepting_again" in self.server.logged(), "it says so")
        for connection in crowd:
            connection.close()


class Stopping(unittest.TestCase):
    def test_answers_what_is_in_flight_and_ends_the_rest(self):
        server = Server("idle=20000", "header=20000", "workers=4", "queue=100", "request=10000")
        server.ask("hold")
        idle = [tls(server) for _ in range(10)]
        flying = [tls(server) for _ in range(20)]
        for connection in flying:
            connection.sendall(get(b"/wait"))
        for connection in idle:  # this one's answer shows that the requests before it have been read
            connection.sendall(get(b"/healthz/none"))
            self.assertEqual(Answer(connection.makefile("rb")).status, 404)
        server.say("stop")
        for connection in idle:
            self.assertEqual(read_all(connection), b"")
            connection.close()
        until(lambda: not self.is_open(server), "nobody new")
        server.ask("release")
        for connection in flying:
            answer = Answer(connection.makefile("rb"))
            self.assertEqual((answer.body, answer.headers["connection"]), (b'"waited"', "close"))
            connection.close()
        self.assertEqual(server.line(), "stopped")
        self.assertEqual(server.end(), 0)

    def is_open(self, server):
        try:
            tcp(server).close()
            return True
        except ConnectionError:
            return False

    def test_stops_under_load(self):
        server = Server("drain=20000")  # it takes no longer than the answers do, on a slow machine too
        answers = []
        problems = []

        def load(path):
            with contextlib.suppress(ConnectionError, ssl.SSLError, EOFError):
                while True:
                    with tls(server) as connection:
                        stream = connection.makefile("rb")
                        for _ in range(20):
                            connection.sendall(get(path))
                            try:
                                answer = Answer(stream)
                            except (HalfAnswer, TimeoutError) as half:
                                problems.append(half)
                                return
                            answers.append(answer.status)
                            if answer.status != 200:
                                problems.append(answer.status)
                            if answer.headers.get("connection") == "close":
                                break
        threads = [threading.Thread(target=load, args=(path,)) for path in [b"/healthz", b"/rows", b"/big"] * 3]
        for thread in threads:
            thread.start()
        until(lambda: len(answers) > 50, "load")
        server.say("stop")
        self.assertEqual(server.line(), "stopped")
        for thread in threads:
            thread.join(PATIENCE)
        self.assertEqual(problems, [])
        self.assertEqual(server.end(), 0)

    def test_cuts_what_does_not_end(self):
        server = Server("drain=300", "write=20000")
        reader = tls(server)
        reader.sendall(get(b"/endless"))
        reader.recv(100)
        server.say("stop")
        self.assertEqual(server.line(), "stopped")
        self.assertIn("requests_cut_by_stop", server.logged())
        reader.close()
        self.assertEqual(server.end(), 0)

    def test_says_why_it_cannot_start(self):
        for arguments, why in (([file("none.pem"), file("one.key")], "none.pem"),
                               ([file("one.pem"), file("two.key")], "cannot use the key")):
            ended = subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True)
            self.assertNotEqual(ended.returncode, 0)
            self.assertIn(why, ended.stderr.decode())


make_certificate("one", "portal one")
make_certificate("two", "collector two")
TLS = context()
# In TLS 1.3 tickets come after the handshake; here what select() sees is an answer, or the end.
QUIET = context(maximum_version=ssl.TLSVersion.TLSv1_2)

if __name__ == "__main__":
    unittest.main(verbosity=2)
