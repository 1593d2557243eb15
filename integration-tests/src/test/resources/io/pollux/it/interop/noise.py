"""Datagrams that no proper peer sends, as many as wanted, the same for the same seed.

noise.py half-open SOURCE TARGET             one good IKE_SA_INIT request and no more
noise.py flood SOURCE TARGET COUNT SEED PCAP noise, and mutations of that request and of what the capture holds
"""
import random
import socket
import struct
import sys
import time

IKE_SA_INIT = 34


def payload(following, body):
    return struct.pack("!BBH", following, 0, 4 + len(body)) + body


def transform(last, kind, number, bits=0):
    attributes = struct.pack("!HH", 0x800E, bits) if bits else b""
    return struct.pack("!BBHBBH", 0 if last else 3, 0, 8 + len(attributes), kind, 0, number) + attributes


def init_request(rnd):
    """aes256gcm16-prfsha384-x25519 with a random public value."""
    transforms = transform(False, 1, 20, 256) + transform(False, 2, 6) + transform(True, 4, 31)
    proposal = struct.pack("!BBHBBBB", 0, 0, 8 + len(transforms), 1, 1, 0, 3) + transforms
    body = payload(34, proposal) + payload(40, struct.pack("!HH", 31, 0) + rnd.randbytes(32)) + payload(0, rnd.randbytes(32))
    return rnd.randbytes(8) + bytes(8) + struct.pack("!BBBBII", 33, 0x20, IKE_SA_INIT, 0x08, 0, 28 + len(body)) + body


def captured(path):
    """The UDP payloads of an Ethernet capture over IPv4, without non-ESP markers."""
    data = open(path, "rb").read()
    order = "<" if data[:4] == b"\xd4\xc3\xb2\xa1" else ">"
    at, found = 24, []
    while at + 16 <= len(data):
        length = struct.unpack(order + "I", data[at + 8:at + 12])[0]
        frame = data[at + 16:at + 16 + length]
        at += 16 + length
        if frame[12:14] == b"\x08\x00" and frame[23] == 17:
            udp = frame[14 + 4 * (frame[14] & 15):]
            found.append(udp[12:] if udp[8:12] == bytes(4) else udp[8:])
    return [message for message in found if len(message) >= 28]


def mutated(rnd, message):
    octets = bytearray(message)
    for _ in range(rnd.randint(0, 4)):
        kind = rnd.randrange(5)
        at = rnd.randrange(len(octets)) if octets else 0
        if kind == 0 and octets:
            octets[at] ^= 1 << rnd.randrange(8)
        elif kind == 1 and octets:
            octets[at] = rnd.choice((0, 1, 0x7F, 0x80, 0xFF))
        elif kind == 2:
            del octets[at:]
        elif kind == 3:
            octets[at:at] = rnd.randbytes(rnd.randint(1, 40))
        elif len(octets) >= 28:  # a length that fits again, so that what follows is looked at
            struct.pack_into("!I", octets, 24, len(octets))
    return bytes(octets)


def datagram(rnd, samples):
    kind = rnd.randrange(10)
    if kind == 0:
        return rnd.randbytes(rnd.randint(0, 200))
    if kind == 1:
        head = bytearray(rnd.randbytes(28))
        head[17] = 0x20
        body = rnd.randbytes(rnd.randint(0, 300))
        struct.pack_into("!I", head, 24, 28 + len(body))
        return bytes(head) + body
    if kind < 5 or not samples:
        return mutated(rnd, init_request(rnd))
    return mutated(rnd, rnd.choice(samples))


def main():
    mode, source, target = sys.argv[1:4]
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind((source, 0))
    if mode == "half-open":
        sender.sendto(init_request(random.Random(1)), (target, 500))
        return
    count, seed, samples = int(sys.argv[4]), int(sys.argv[5]), captured(sys.argv[6])
    rnd = random.Random(seed)
    for number in range(count):
        if number % 20 == 0:
            time.sleep(0.005)  # or most of it would end in a full socket buffer
        message = datagram(rnd, samples)
        try:
            if rnd.random() < 0.3:
                sender.sendto(rnd.choice((bytes(4), bytes(4), b"")) + message, (target, 4500))
            else:
                sender.sendto(message, (target, 500))
        except OSError:
            pass  # an ICMP error that came back for an earlier one
    print(len(samples), "samples")


main()
