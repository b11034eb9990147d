"""Stand-ins for gateways that speak the real protocols: an SMTP server, an ntfy server, SMS and voice gateways."""

import json
import re
import socketserver
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Posted:
    """One request that a gateway accepted."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    json: Mapping[str, Any]
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mailed:
    """One message that the SMTP server accepted: its envelope and its content."""

    sender: str
    recipients: tuple[str, ...]
    message: Message

    @property
    def subject(self) -> str:
        return str(make_header(decode_header(self.message["Subject"])))

    @property
    def text(self) -> str:
        held = self.message.get_payload(decode=True)
        assert isinstance(held, bytes)
        return held.decode()


@dataclass(slots=True)
class Behaviour:
    """How a gateway answers from now on: its status, its delay in seconds, its headers."""

    status: int = 200
    delay: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


class _Server:
    """Runs a threading server of the standard library on a free port of 127.0.0.1; a context manager."""

    def __init__(self, server: socketserver.BaseServer) -> None:
        self._server = server
        self.host, self.port = cast("tuple[str, int]", server.server_address)
        self.behaviour = Behaviour()
        self.skip_delays = threading.Event()
        """Set this to end every delay at once."""
        self._thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.skip_delays.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class HttpGateway(_Server):
    """Accepts JSON: at its root as an ntfy server, elsewhere as an SMS or a voice gateway, which may also be given a form."""

    def __init__(self) -> None:
        gateway = self
        self.request_count = 0
        self.taken: list[Posted] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                gateway.answer(self)

            do_GET = do_POST  # noqa: N815 (the name is the library's)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the library's)
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

        super().__init__(Server(("127.0.0.1", 0), Handler))

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        parts = urlsplit(handler.path)
        is_form = handler.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
        posted = Posted(
            handler.command,
            parts.path,
            dict(parse_qsl(parts.query)),
            {name.lower(): value for name, value in handler.headers.items()},
            json.loads(body) if body and not is_form else {},
            dict(parse_qsl(body.decode())) if is_form else {},
        )
        self.request_count += 1
        if self.behaviour.delay:
            self.skip_delays.wait(self.behaviour.delay)
        status = self.behaviour.status
        content: dict[str, object] = {}
        if status == 200 and "topic" in posted.json:
            status, content = _ntfy(posted.json)
        if status == 200:
            self.taken.append(posted)
        reply = json.dumps(content).encode()
        with suppress(OSError):  # the client has hung up
            handler.send_response(status)
            for name, value in self.behaviour.headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Type", "application/json")
            handler.send_header("Content-Length", str(len(reply)))
            handler.end_headers()
            handler.wfile.write(reply)


def _ntfy(published: Mapping[str, Any]) -> tuple[int, dict[str, object]]:
    """Return what an ntfy server replies to a message published as JSON."""
    if not re.fullmatch(r"[-_A-Za-z0-9]{1,64}", str(published["topic"])):
        return 400, {"code": 40009, "http": 400, "error": "invalid request: topic invalid"}
    message = {"id": "aXk3PfeRmPVS", "time": int(time.time()), "event": "message", **published}
    return 200, message


class SmtpStandIn(_Server):
    """An SMTP server (RFC 5321) without TLS or sign-in. `refuse` makes it refuse every recipient."""

    def __init__(self) -> None:
        smtp = self
        self.taken: list[Mailed] = []
        self.refuse = False

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):  # the client has hung up
                    smtp.talk(self)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False

        super().__init__(Server(("127.0.0.1", 0), Handler))

    def talk(self, line: socketserver.StreamRequestHandler) -> None:
        def say(text: str) -> None:
            line.wfile.write(f"{text}\r\n".encode())

        if self.behaviour.delay:
            self.skip_delays.wait(self.behaviour.delay)
        say("220 stand-in ESMTP")
        sender = ""
        recipients: list[str] = []
        while heard := line.rfile.readline():
            words = heard.decode().strip()
            match words[:4].upper():
                case "EHLO" | "HELO":
                    say("250 stand-in")
                case "MAIL":
                    sender, recipients = _between(words), []
                    say("250 OK")
                case "RCPT":
                    if not self.refuse:
                        recipients.append(_between(words))
                    say("550 no such mailbox" if self.refuse else "250 OK")
                case "DATA":
                    say("354 go on")
                    self.taken.append(Mailed(sender, tuple(recipients), message_from_bytes(_data(line))))
                    say("250 taken")
                case "QUIT":
                    say("221 bye")
                    return
                case _:
                    say("250 OK")


def _between(words: str) -> str:
    return words[words.index("<") + 1 : words.index(">")]


def _data(line: socketserver.StreamRequestHandler) -> bytes:
    held = b""
    while (read := line.rfile.readline()) not in {b".\r\n", b""}:
        held += read.removeprefix(b".")
    return held
