"""A SCIM 2.0 server in this process, with pages, a token, and ways to go wrong."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from service.people_scim import ENTERPRISE

TOKEN = "scim-token"


def user(number, name, manager=None, department=None, **more):
    work = {"department": department, "manager": {"value": manager} if manager else None}
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "id": f"u-{number}",
        "userName": name,
        "displayName": name.title(),
        "active": True,
        "emails": [{"value": f"{name}@example.org", "type": "work", "primary": True}],
        ENTERPRISE: {key: value for key, value in work.items() if value},
    } | more


def group(name, *members):
    return {"id": f"g-{name}", "displayName": name, "members": [{"value": m, "type": "User"} for m in members]}


class FakeScim:
    """`users` and `groups` are what it tells of; `status`, `delay_s` and `change` are what goes wrong."""

    def __init__(self):
        self.users = [
            user(1, "boss"),
            user(2, "ana", manager="u-1", department="Trust", preferredLanguage="es-PT"),
            user(3, "chi", externalId="acc-chi"),
            user(4, "lia", manager="u-2"),
            user(5, "gone", manager="u-1", active=False),
        ]
        self.groups = [
            group("takedown-reviewer", "u-2", "u-3", "u-5"),
            group("takedown-senior", "u-3"),
            group("staff", "u-1"),
        ]
        self.page = 2
        self.status, self.delay_s, self.asked = 200, 0.0, []
        self.change = lambda kind, page: page
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server._answer(self)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/scim/v2"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, call):
        url = urlsplit(call.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        kind = url.path.rpartition("/")[2]
        self.asked.append((kind, query))
        time.sleep(self.delay_s)
        status = 401 if call.headers.get("authorization") != f"Bearer {TOKEN}" else self.status
        said = self.change(kind, self._page(kind, query)) if status == 200 else {"status": str(status)}
        raw = json.dumps(said).encode()
        call.send_response(status)
        call.send_header("content-type", "application/scim+json")
        call.send_header("content-length", str(len(raw)))
        call.end_headers()
        call.wfile.write(raw)

    def _page(self, kind, query):
        found = {"Users": self.users, "Groups": self.groups}[kind]
        if kind == "Groups" and "filter" in query:
            assert query["filter"] == 'displayName sw "takedown-"'
            found = [one for one in found if one["displayName"].startswith("takedown-")]
        start = int(query["startIndex"])
        shown = found[start - 1 : start - 1 + min(int(query["count"]), self.page)]
        return {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": len(found), "startIndex": start, "itemsPerPage": len(shown), "Resources": shown,
        }  # fmt: skip
