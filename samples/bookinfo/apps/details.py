"""Facts about a book: GET /details/ID. Needs nothing but Python's standard library."""

import argparse
import json
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BOOK = {
    "author": "William Shakespeare",
    "year": 1595,
    "type": "paperback",
    "pages": 200,
    "publisher": "PublisherA",
    "language": "English",
}


class Details(BaseHTTPRequestHandler):
    # Connections are kept: the sidecar decides when one ends.
    protocol_version = "HTTP/1.1"
    # Head and body leave in one segment, so that no delayed acknowledgement holds the body back.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self):
        path = self.path.split("?", 1)[0]
        if path == "/health":
            self.reply(200, {"status": "details is healthy"})
            return
        parts = path.strip("/").split("/")
        if len(parts) == 2 and parts[0] == "details" and parts[1].isdigit():
            self.reply(200, {"id": int(parts[1]), **BOOK})
        else:
            self.reply(400, {"error": "please provide a numeric product id"})

    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--version", default="v1")
    arguments = parser.parse_args()
    server = Server(("127.0.0.1", arguments.port), Details)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"details {arguments.version} listens on 127.0.0.1:{arguments.port}", flush=True)
    server.serve_forever(poll_interval=0.1)


main()
