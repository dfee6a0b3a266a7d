"""What the fuzz needs beside the API document: a token that is good whatever the cases did to the account it came from.

The cases log out, change the e-mail and the password of the account, and may remove it once another admin exists. When no log-in works
any more, the last admin must still be there; then the command line makes another one to go on with.
"""
import base64
import datetime
import json
import os
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid

import schemathesis
from hypothesis import strategies as st

URL = os.environ["FUZZ_URL"]
DATA = os.environ["FUZZ_DATA"]
COMMAND = json.loads(os.environ["FUZZ_COMMAND"])
PASSWORD = "correct horse battery staple"


def answer(request):
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return json.load(response)
    except urllib.error.HTTPError:
        return None


def log_in(email):
    form = urllib.parse.urlencode({"username": email, "password": PASSWORD}).encode()
    pair = answer(urllib.request.Request(f"{URL}/auth/jwt/login", form))
    return pair and pair["access_token"]


def is_admin(token):
    me = answer(urllib.request.Request(f"{URL}/users/me", headers={"Authorization": f"Bearer {token}"}))
    return me is not None and me["role"] == "admin"


def active_admins():
    with sqlite3.connect(f"file:{DATA}/store.sqlite?mode=ro", uri=True) as store:
        rows = store.execute("SELECT body FROM documents WHERE collection = 'users'").fetchall()
    users = [json.loads(body) for (body,) in rows]
    return sum(1 for user in users if user["role"] == "admin" and user["is_active"])


def another_admin(email):
    if active_admins() == 0:
        print("THE LAST ADMIN IS GONE", file=sys.stderr, flush=True)
        os._exit(70)
    command = [*COMMAND, "users", "add", email, "--role", "admin"]
    others = {name: value for name, value in os.environ.items() if not name.startswith("WINDBOX_")}
    environment = {**others, "WINDBOX_DATA_DIR": DATA}
    subprocess.run(command, input=PASSWORD, text=True, env=environment, check=True, capture_output=True)


@schemathesis.auth(refresh_interval=None)
class Admin:
    token = None
    made = 0
    email = "admin@example.com"

    def get(self, case, context):
        if Admin.token is None or not is_admin(Admin.token):
            Admin.token = log_in(Admin.email)
            if Admin.token is None or not is_admin(Admin.token):
                Admin.made += 1
                Admin.email = f"fuzz-{Admin.made}@example.com"
                another_admin(Admin.email)
                Admin.token = log_in(Admin.email)
        return Admin.token

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


# Texts whose format the document names and JSON Schema does not know.
times = st.datetimes(datetime.datetime(2020, 1, 1), datetime.datetime(2026, 6, 30))
schemathesis.openapi.format("date-time", times.map(lambda time: time.isoformat(timespec="milliseconds") + "Z"))
schemathesis.openapi.format("signals", st.sampled_from(["bearing_1.temperature", "drive.rotor_current,oil.oil_level"]))
secrets = st.binary(min_size=24, max_size=64).map(lambda key: "whsec_" + base64.b64encode(key).decode())
schemathesis.openapi.format("webhook-secret", secrets)
# Nothing leaves the machine: relays lead to a server of the fuzz.
schemathesis.openapi.format("uri", st.sampled_from(["/200", "/410", "/500"]).map(lambda path: os.environ["FUZZ_SINK"] + path))
schemathesis.openapi.format("topics", st.sampled_from(["exhausters", "alarms,inspect"]))


@schemathesis.hook
def before_call(context, case, kwargs):
    """What a valid request takes from an earlier answer, or has to itself."""
    if case.meta is None or case.meta.generation.mode.name != "POSITIVE":
        return
    if case.query and "cursor" in case.query:
        del case.query["cursor"]
    if isinstance(case.body, dict) and isinstance(case.body.get("manipulator"), dict):
        # Nor do commands: a loopback address that nobody listens on.
        case.body["manipulator"]["host"] = "127.200.0.1"
    for name in case.headers or {}:
        if name.lower() == "x-min-offset":
            # Before the first record: nobody has to wait.
            case.headers[name] = "0--1"
        elif name.lower() == "idempotency-key":
            case.headers[name] = str(uuid.uuid4())
