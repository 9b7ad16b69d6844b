"""A client of a hundred lines, written from docs/protocol.md alone, of nothing but Python's own library.

It makes an account, sends a picture with a caption and a voice message, and prints what it hears of them:

    python3 stranger.py 127.0.0.1:8443 ca.pem Ada picture.png voice.ogg
"""

import base64
import http.client
import json
import os
import secrets
import ssl
import struct
import sys
import time

DOOR, CA, NAME, PICTURE, VOICE = sys.argv[1:]
TLS = ssl.create_default_context(cafile=CA)
TUS = {"Tus-Resumable": "1.0.0"}


def ask(method, path, body=None, headers=None):
    """One request; its answer and what it holds. Whatever is refused ends the program."""
    connection = http.client.HTTPSConnection(DOOR, context=TLS)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    held = answer.read()
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {held.decode()}")
    return answer, held


def register():
    """Signing in: the cookie of a session."""
    form = json.dumps({"name": NAME, "password": secrets.token_urlsafe(12), "takeover": False})
    answer, _ = ask("POST", "/api/register", form, {"Content-Type": "application/json"})
    return answer.headers["Set-Cookie"].split(";")[0]


def upload(cookie, path):
    """Uploads: by which id a file can be sent."""
    with open(path, "rb") as file:
        held = file.read()
    limits = json.loads(ask("GET", "/api/uploads", headers={"Cookie": cookie})[1])
    if len(held) > min(limits["file_bytes_max"], limits["left_bytes"]):
        sys.exit(f"{path} is more than the box takes: {limits}")
    name = base64.b64encode(os.path.basename(path).encode()).decode()
    headers = {"Cookie": cookie, **TUS, "Upload-Length": str(len(held)), "Upload-Metadata": f"filename {name}"}
    place = ask("POST", "/api/uploads", headers=headers)[0].headers["Location"]
    headers = {"Cookie": cookie, **TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    ask("PATCH", place, held, headers)
    return place.rsplit("/", 1)[1]


class Socket:
    """The WebSocket (RFC 6455): text frames, and the pings of the server."""

    def __init__(self, cookie):
        connection = http.client.HTTPSConnection(DOOR, context=TLS)
        key = base64.b64encode(os.urandom(16)).decode()
        connection.request("GET", "/ws", headers={
            "Cookie": cookie, "Connection": "Upgrade", "Upgrade": "websocket",
            "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13",
        })
        self.stream = connection.sock
        self.input = self.stream.makefile("rb")
        status = self.input.readline()
        while self.input.readline() != b"\r\n":
            pass
        if b" 101 " not in status:
            sys.exit(f"no WebSocket: {status}")

    def say(self, message, kind=1):
        held = message if kind != 1 else json.dumps(message).encode()
        mask = os.urandom(4)
        length = bytes([0x80 | len(held)]) if len(held) < 126 else b"\xfe" + struct.pack(">H", len(held))
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(held))
        self.stream.sendall(bytes([0x80 | kind]) + length + mask + masked)

    def hear(self):
        while True:
            kind, length = self.input.read(2)
            if length > 125:
                length = int.from_bytes(self.input.read(2 if length == 126 else 8), "big")
            held = self.input.read(length)
            if kind & 15 == 9:
                self.say(held, 10)
            elif kind & 15 == 8:
                sys.exit(f"closed: {held}")
            elif kind & 15 == 1:
                return json.loads(held)

    def send(self, room, body, attachment):
        """Sends a message; it is stored when it is heard of."""
        name = f"{time.time_ns():x}-{secrets.token_hex(4)}"
        self.say({"type": "send", "room": room, "client_msg_id": name, "body": body, "attachments": [attachment]})
        while True:
            heard = self.hear()
            if heard["type"] == "error":
                sys.exit(f"refused: {heard}")
            for event in heard.get("events", []):
                if event["what"]["type"] == "message" and event["what"]["client_msg_id"] == name:
                    return event["what"]


cookie = register()
socket = Socket(cookie)
socket.say({"type": "hello", "version": 2, "tab": secrets.randbelow(2**53), "after": None})
room = socket.hear()["rooms"][0]["id"]
sent = [
    socket.send(room, "A caption", {"upload": upload(cookie, PICTURE), "alt": "A red square"}),
    socket.send(room, "", {"upload": upload(cookie, VOICE), "voice": {"ms": 1500, "levels": [0, 128, 255]}}),
]
print(json.dumps(sent))
