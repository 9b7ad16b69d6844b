"""A client that talks, written from docs/protocol.md alone, of nothing but Python's own library.

It makes an account, sends a message and a reply, puts emoji to the reply, edits the message and pins the reply, and
keeps the newest copy of every message that it hears of. Whatever it asks for it asks twice, since that is safe:

    python3 talker.py 127.0.0.1:8443 ca.pem Ada
"""

import base64, http.client, json, secrets, ssl, sys, time

DOOR, CA, NAME = sys.argv[1:]
# All types of messages and kinds of events that the document names; the second line is of no use here.
KNOWN = "welcome events done error pong message edited deleted reacted pinned".split()
KNOWN += "room room_settings rooms_gone members read heard_mark signed_in typing present presence users box".split()
# What a deleted message still has, beside an empty body.
LASTING = ("id", "rev", "room", "n", "author", "client_msg_id", "sent_at")


def ask(method, path, headers, form=None):
    """One request; its answer and the connection it came by. Whatever is refused ends the program."""
    connection = http.client.HTTPSConnection(DOOR, context=ssl.create_default_context(cafile=CA))
    connection.request(method, path, form and json.dumps(form), {"Content-Type": "application/json", **headers})
    stream, answer = connection.sock, connection.getresponse()
    if answer.status not in (101, 200):
        sys.exit(f"{method} {path}: {answer.status} {answer.read().decode()}")
    return answer, stream


class Talker:
    """A person who has come to the box, and what they have heard: the newest copy of each message, by its id."""

    def __init__(self):
        self.messages, self.seq, self.passed_over, self.re = {}, 0, 0, 0
        answer, _ = ask("POST", "/api/register", {}, {"name": NAME, "password": secrets.token_urlsafe(12)})
        self.cookie = {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        _, self.stream = ask("GET", "/ws", {**self.cookie, **upgrade, "Sec-WebSocket-Key": key})
        self.input = self.stream.makefile("rb")
        self.say({"type": "hello", "version": 2, "tab": secrets.randbelow(2**53), "after": None})
        self.room = next(room["id"] for room in self.hear_until(type="welcome")["rooms"] if room["kind"] == "everyone")

    def say(self, message, kind=1):
        """One frame of the WebSocket (RFC 6455): a text, or the answer to a ping."""
        held = message if kind != 1 else json.dumps(message).encode()
        length = bytes([0x80 | len(held)]) if len(held) < 126 else b"\xfe" + len(held).to_bytes(2, "big")
        mask = secrets.token_bytes(4)
        self.stream.sendall(bytes([0x80 | kind]) + length + mask + bytes(b ^ mask[at % 4] for at, b in enumerate(held)))

    def hear(self):
        """The next text of the server; its pings are answered."""
        while True:
            kind, length = self.input.read(2)
            size = length if length < 126 else int.from_bytes(self.input.read(2 if length == 126 else 8), "big")
            held = self.input.read(size)
            if kind == 0x81:
                return json.loads(held)
            if kind != 0x89:
                sys.exit(f"closed: {held}")
            self.say(held, 10)

    def hear_until(self, **wanted):
        """Takes in all that comes, until a message or an event in it is the one that is waited for."""
        while True:
            for said in self.take_in(self.hear()):
                if wanted.items() <= said.items():
                    return said

    def take_in(self, frame):
        """A message of the server. What this client does not know is passed over, but an event's `seq` counts."""
        told = [(frame.get("seq", 0), frame)] + [(event["seq"], event["what"]) for event in frame.get("events", [])]
        for seq, said in told:
            self.seq = max(self.seq, seq)
            self.passed_over += said["type"] not in KNOWN
            if said["type"] == "error":
                sys.exit(f"refused: {said}")
            elif said["type"] in ("message", "edited"):
                self.keep(said)
            elif said["type"] in ("deleted", "reacted", "pinned") and said["message"] in self.messages:
                self.change(seq, said)
        return [said for _, said in told]

    def change(self, seq, said):
        """An event that tells no more than what has changed makes a newer copy of the one that is here."""
        new = {"pinned": said["on"]} if "on" in said else {k: said[k] for k in said.keys() & {"reactions", "mine"}}
        copy = {**self.messages[said["message"]], **new, "rev": seq}
        if said["type"] == "deleted":
            copy = {**{key: copy[key] for key in LASTING}, "body": "", "deleted": True}
        self.keep(copy)

    def keep(self, copy):
        """Of two copies the one with the higher `rev` is true, wherever they come from; quotes say what is true now."""
        known = self.messages.get(copy["id"], copy)
        if copy["rev"] >= known["rev"]:
            mine = {"mine": known.get("mine", [])} if "reactions" in copy else {}  # told to all, it is without
            self.messages[copy["id"]] = {**mine, **{key: copy[key] for key in copy if key != "type"}}
        for quote in [reply["quote"] for reply in self.messages.values() if "quote" in reply]:
            quoted = self.messages.get(quote["message"], quote)
            if quoted["rev"] > quote["rev"]:
                quote |= {"rev": quoted["rev"], "text": quoted["body"][:80], "deleted": quoted["deleted"]}
                quote.pop("attached" if quoted["deleted"] else "deleted", None)
        return copy["id"]

    def send(self, body, **more):
        name = f"{time.time_ns():x}-{secrets.token_hex(4)}"
        for _ in range(2):
            self.say({"type": "send", "room": self.room, "client_msg_id": name, "body": body, **more})
            sent = self.hear_until(type="message", client_msg_id=name)
        return sent["id"]

    def command(self, **what):
        for self.re in (self.re + 1, self.re + 2):
            self.say({"type": "command", "re": self.re, "command": {"room": self.room, **what}})
            self.hear_until(type="done", re=self.re)

    def read(self, path):
        """One page of the room by HTTP: the ids of its messages."""
        page = json.load(ask("GET", f"/api/rooms/{self.room}/{path}", self.cookie)[0])
        return [self.keep(copy) for copy in page["messages"]]


talker = Talker()
first = talker.send("Hello porch")
reply = talker.send("At noon", reply_to=first)
for emoji, on in (("👍", True), ("👍", False), ("🎉", True)):
    talker.command(type="react", message=reply, emoji=emoji, on=on)
talker.command(type="edit", message=first, body="Hello, porch")
talker.command(type="pin", message=reply, on=True)
# What is done is told soon after, to everyone at once: what is known by that, before anything is read of the room.
while not talker.messages[reply].keys() >= {"pinned", "reactions"}:
    talker.take_in(talker.hear())
heard = json.dumps([talker.messages[id] for id in sorted(talker.messages)])
chain, pins = map(talker.read, (f"chains/{talker.messages[reply]['quote']['chain']}", "galleries/pins"))
# What a later version may say: a message and an event of which nothing is known here.
talker.take_in({"type": "weather"})
talker.take_in({"type": "events", "events": [{"seq": 2**53 - 1, "room": talker.room, "what": {"type": "translated"}}]})
assert talker.seq == 2**53 - 1
print(json.dumps({"messages": json.loads(heard), "chain": chain, "pins": pins, "passed_over": talker.passed_over}))
