"""Event files of TensorBoard, read without any code of the program that wrote them."""

import struct


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path):
    """Raises ValueError where a record is damaged."""
    data, at = path.read_bytes(), 0
    while at < len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        (check,) = struct.unpack_from("<I", data, at + 8)
        body = data[at + 12:at + 12 + length]
        (body_check,) = struct.unpack_from("<I", data, at + 12 + length)
        if check != masked(data[at:at + 8]) or body_check != masked(body):
            raise ValueError(f"{path}: the record at byte {at} is damaged")
        yield body
        at += 16 + length


def varint(data, at):
    value, shift = 0, 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not data[at - 1] & 0x80:
            return value, at


def fields(data):
    """(number, value) of a message; packed and nested ones as bytes."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 2:
            length, at = varint(data, at)
            value, at = data[at:at + length], at + length
        else:
            code, size = {1: ("<d", 8), 5: ("<f", 4)}[key & 7]
            (value,), at = struct.unpack_from(code, data, at), at + size
        yield key >> 3, value


def doubles(packed):
    return list(struct.unpack(f"<{len(packed) // 8}d", packed))


def events(path):
    """A dictionary an event: step, and scalars and histograms by tag, version or start."""
    for record in records(path):
        event = {"step": 0, "scalars": {}, "histograms": {}}
        for number, value in fields(record):
            if number == 2:
                event["step"] = value
            elif number == 3:
                event["version"] = value.decode()
            elif number == 7:
                event["start"] = dict(fields(value)).get(1) == 1
            elif number == 5:
                for _, entry in fields(value):
                    parts = dict(fields(entry))
                    tag = parts[1].decode()
                    if 2 in parts:
                        event["scalars"][tag] = parts[2]
                    else:
                        event["histograms"][tag] = dict(fields(parts[5]))
        yield event
