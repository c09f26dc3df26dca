"""Somebody between collector and portal, who can lose what passes.

    with Middle(world.portal_port, world.data) as middle:     # shows the portal's own certificate
        middle.lose("/api/v1/rotations", after=1)              # the second answer to that never arrives
        ...                                                    # middle.port
        middle.lost                                            # how many were
"""

import http.client
import os
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Middle:
    def __init__(self, portal_port, data):
        self.portal_port = portal_port
        self.path = None
        self.after = 0
        self.lost = 0
        middle = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                portal = http.client.HTTPSConnection("127.0.0.1", middle.portal_port, timeout=30,
                                                     context=ssl._create_unverified_context())
                headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection", "content-length")}
                portal.request(self.command, self.path, body or None, headers)
                answer = portal.getresponse()
                said = answer.read()
                portal.close()
                if middle.loses(self.path):
                    self.close_connection = True
                    return
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() in ("content-type", "retry-after", "date"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST = pass_on

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a connection that is cut is what this is for

        self.server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(data, "tls", "certificate.pem"), os.path.join(data, "tls", "key.pem"))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def lose(self, path, after=0):
        self.path, self.after = path, after

    def loses(self, path):
        if path != self.path:
            return False
        self.after -= 1
        if self.after >= 0:
            return False
        self.lost += 1
        return True

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, value, trace):
        self.server.shutdown()
        self.server.server_close()
