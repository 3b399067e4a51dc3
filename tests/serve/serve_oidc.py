"""A provider of OpenID Connect, as far as a Hub asks one: it says that a visitor is whoever a cookie names."""

from __future__ import annotations

import json
import threading
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit


class Provider:
    """A provider that runs in a thread, with the groups of each account."""

    def __init__(self, groups: dict[str, list[str]]) -> None:
        self.groups, self.secrets = groups, []
        provider = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                url = urlsplit(self.path)
                if url.path.endswith("/userinfo"):
                    who = self.headers["Authorization"].removeprefix("Bearer ")
                    self.say({"sub": who, "preferred_username": who, "groups": provider.groups[who]})
                    return
                asked = parse_qs(url.query)
                who = SimpleCookie(self.headers["Cookie"])["who"].value
                self.send_response(302)
                back = urlencode({"code": who, "state": asked["state"][0]})
                self.send_header("Location", f"{asked['redirect_uri'][0]}?{back}")
                self.end_headers()

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                provider.secrets += form["client_secret"]
                self.say({"access_token": form["code"][0], "token_type": "Bearer", "scope": "openid profile email"})

            def say(self, what: dict[str, object]) -> None:
                body = json.dumps(what).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
