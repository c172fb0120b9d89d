"""A small server that speaks clamd's INSTREAM and PING, over TCP or a socket file, with its limit for one stream."""

import socketserver
import struct
import threading


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        command = self.rfile.read(6)
        if command == b"zPING\0":
            self.wfile.write(b"PONG\0")
            return
        assert command + self.rfile.read(4) == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
            if self.server.limit and len(content) > self.server.limit:
                self.server.seen.append(content)
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return  # and hangs up, as clamd does
        self.server.seen.append(content)
        found = b"EICAR-STANDARD-ANTIVIRUS" in content
        self.wfile.write(self.server.answer or (b"stream: Eicar-Test FOUND\0" if found else b"stream: OK\0"))


class Clamd:
    def __init__(self, answer=b"", path=None, limit=0):
        kind = socketserver.ThreadingUnixStreamServer if path else socketserver.ThreadingTCPServer
        self.server = kind(str(path) if path else ("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.seen, self.server.answer, self.server.limit = [], answer, limit
        self.address = str(path) if path else f"127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
