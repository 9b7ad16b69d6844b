"""What python-zeroconf finds. Arguments: the own address, then

resolve NAME            the name's addresses, as a JSON list
service KIND INSTANCE   its host, port and texts, as a JSON object; null when there is none
watch KIND              a line for each instance that comes or goes, until killed
"""

import json
import socket
import sys
import threading
import time

from zeroconf import DNSAddress, DNSOutgoing, DNSQuestion, RecordUpdateListener, ServiceBrowser, Zeroconf
from zeroconf.const import _CLASS_IN, _FLAGS_QR_QUERY, _TYPE_A, _TYPE_AAAA

# A name that nobody answers to takes this long.
WAIT_S = 1.5
ASK_INTERVAL_S = 0.4


class Addresses(RecordUpdateListener):
    def __init__(self, name):
        self.name = name
        self.found = {}

    def async_update_records(self, zc, now, records):
        for update in records:
            record = update.new
            if isinstance(record, DNSAddress) and record.name.lower() == self.name.lower():
                family = socket.AF_INET if record.type == _TYPE_A else socket.AF_INET6
                self.found[socket.inet_ntop(family, record.address)] = record.ttl

    def async_update_records_complete(self):
        pass


def resolve(zeroconf, name):
    addresses = Addresses(name)
    zeroconf.add_listener(addresses, None)
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        query = DNSOutgoing(_FLAGS_QR_QUERY)
        query.add_question(DNSQuestion(name, _TYPE_A, _CLASS_IN))
        query.add_question(DNSQuestion(name, _TYPE_AAAA, _CLASS_IN))
        zeroconf.send(query)
        time.sleep(ASK_INTERVAL_S)
    return sorted(address for address, ttl in addresses.found.items() if ttl > 0)


def service(zeroconf, kind, instance):
    info = zeroconf.get_service_info(kind, instance, timeout=5000)
    if info is None:
        return None
    texts = {key.decode(): value.decode() for key, value in info.properties.items()}
    return {"host": info.server, "port": info.port, "texts": texts}


class Printed:
    def add_service(self, zeroconf, kind, name):
        print("add", name, flush=True)

    def remove_service(self, zeroconf, kind, name):
        print("remove", name, flush=True)

    def update_service(self, zeroconf, kind, name):
        pass


def main(address, what, *words):
    zeroconf = Zeroconf(interfaces=[address])
    if what == "watch":
        ServiceBrowser(zeroconf, words[0], Printed())
        print("watching", flush=True)
        threading.Event().wait()
    print(json.dumps({"resolve": resolve, "service": service}[what](zeroconf, *words)))
    zeroconf.close()


main(*sys.argv[1:])
