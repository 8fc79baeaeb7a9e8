"""ClickHouse's engine of today (chdb) behind as much of its HTTP interface as its official client asks for: questions, inserts,
parameters, settings, a database, a login, gzip in both directions. For tests: one question at a time.

front.py PACKAGES PORT DATA [USER PASSWORD]
"""

import gzip
import re
import sys
import threading
import types
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

packages, port, data, user, password = (sys.argv[1:] + ["default", ""])[:5]
sys.path.insert(0, packages)
# The package itself asks for pandas and pyarrow; its engine needs neither.
package = types.ModuleType("chdb")
package.__path__ = [f"{packages}/chdb"]
sys.modules["chdb"] = package
from chdb import _chdb  # noqa: E402

engine = _chdb.connect(data)
lock = threading.Lock()
settings: dict[str, str] = {}
NO_SETTINGS = {"query", "query_id", "database", "default_format", "enable_http_compression", "role", "session_id"}


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def ask(sql: str, asked: dict[str, str]) -> bytes:
    with lock:
        for name, value in asked.items():
            if name in NO_SETTINGS or name.startswith("param_") or settings.get(name) == value:
                continue
            engine.query(f"SET {name} = {quoted(value)}", "Null")
            settings[name] = value
        # A database that was dropped is not noticed by who is in it.
        engine.query(f"USE `{asked.get('database', 'default')}`", "Null")
        params = {name.removeprefix("param_"): value for name, value in asked.items() if name.startswith("param_")}
        return bytes(engine.query(sql, asked.get("default_format", "TabSeparated"), params=params).bytes())


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one piece: in two the second waits for the client's delayed word of the first.
    wbufsize = -1

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        self.say(200, b"Ok.\n")

    def do_POST(self) -> None:
        asked = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        body = self.read_body()
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        if (self.login()) != (user, password):
            self.fail("Code: 516. DB::Exception: Authentication failed. (AUTHENTICATION_FAILED)")
            return
        sql = "\n".join(part for part in (asked.get("query", ""), body.decode()) if part != "")
        try:
            answer = ask(sql, asked)
        except Exception as error:
            self.fail(str(error))
            return
        self.say(200, answer)

    def login(self) -> tuple[str, str]:
        import base64

        scheme, _, rest = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            name, _, key = base64.b64decode(rest).decode().partition(":")
            return name, key
        return self.headers.get("x-clickhouse-user", "default"), self.headers.get("x-clickhouse-key", "")

    def read_body(self) -> bytes:
        if self.headers.get("transfer-encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("content-length", "0")))
        parts = []
        while (size := int(self.rfile.readline().split(b";")[0], 16)) > 0:
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def fail(self, text: str) -> None:
        code = re.search(r"Code: (\d+)", text)
        self.say(500, text.encode(), {"x-clickhouse-exception-code": code[1] if code else "1002"})

    def say(self, status: int, body: bytes, headers: dict[str, str] = {}) -> None:
        self.send_response(status)
        if "gzip" in self.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 1)
            self.send_header("content-encoding", "gzip")
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("127.0.0.1", int(port)), Front).serve_forever()
