"""What a capture of SNMP shows: who asked whom for what, read with as much BER as that takes (RFC 3416)."""

GET, GET_NEXT, RESPONSE, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA5
INTEGERS = (0x02, 0x41, 0x42, 0x43, 0x46)


def _element(data, at):
    """Tag, where the contents begin and where they end."""
    tag, length, at = data[at], data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        length, at = int.from_bytes(data[at:at + size], "big"), at + size
    return tag, at, at + length


def _oid(data):
    parts, number = [], 0
    for octet in data:
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            parts.append(number)
            number = 0
    return (min(parts[0] // 40, 2), parts[0] - 40 * min(parts[0] // 40, 2), *parts[1:])


def message(data):
    """(kind, request-id, [(OID, tag of its value)]) of a v1 or v2c message."""
    _, at, _ = _element(data, 0)
    for _ in range(2):  # version and community
        _, _, at = _element(data, at)
    kind, at, _ = _element(data, at)
    _, begin, at = _element(data, at)
    request_id = int.from_bytes(data[begin:at], "big")
    for _ in range(2):
        _, _, at = _element(data, at)
    _, at, end = _element(data, at)
    varbinds = []
    while at < end:
        _, at, next_at = _element(data, at)
        _, begin, stop = _element(data, at)
        varbinds.append((_oid(data[begin:stop]), data[stop]))
        at = next_at
    return kind, request_id, varbinds


class Asked:
    """The objects of one poll: `gets`, `walks` (the subtrees) and how the values of each look."""

    def __init__(self, packets, port):
        requested, answered, self.gets = set(), {}, set()
        for packet in packets:
            kind, _, varbinds = message(packet.payload)
            if kind == RESPONSE and packet.source[1] == port:
                answered.update(varbinds)
            elif kind == GET:
                self.gets.update(oid for oid, _ in varbinds)
            else:
                requested.update(oid for oid, _ in varbinds)
        self.walks = requested - set(answered)
        self.values = answered
        self.gets = {oid for oid in self.gets if answered.get(oid, 0x80) < 0x80}  # those that are there

    def exporter_module(self):
        """A module of snmp.yml that asks the same and makes a metric of each."""
        lines = ["  version: 2", "  walk:"]
        lines += [f"  - {dotted(oid)}" for oid in sorted(self.walks)]
        lines += ["  get:"] + [f"  - {dotted(oid)}" for oid in sorted(self.gets)] + ["  metrics:"]
        for oid in sorted(self.walks | self.gets):
            below = [seen for seen in self.values if seen[:len(oid)] == oid]
            if not below:
                continue
            number = all(self.values[seen] in INTEGERS for seen in below)
            lines += [f"  - name: o_{dotted(oid).replace('.', '_')}", f"    oid: {dotted(oid)}",
                      f"    type: {'gauge' if number else 'OctetString'}", "    help: ''"]
            depth = max(len(seen) - len(oid) for seen in below)
            if depth:
                lines.append("    indexes:")
            lines += [f"    - {{labelname: i{i}, type: gauge}}" for i in range(depth)]
        return "\n".join(lines)

    def fewest_walks(self):
        """The subtrees that one walk each covers, as somebody would write them who knows the MIBs."""
        tops = [(1, 3, 6, 1, 2, 1, 1), (1, 3, 6, 1, 2, 1, 25, 3), (1, 3, 6, 1, 2, 1, 43),
                (1, 3, 6, 1, 4, 1, 11, 2, 3, 9, 1), (1, 3, 6, 1, 4, 1, 11, 2, 3, 9, 4), (1, 3, 6, 1, 4, 1, 2699)]
        asked = [oid for oid in self.walks | self.gets if any(seen[:len(oid)] == oid for seen in self.values)]
        needed = {next((top for top in tops if oid[:len(top)] == top), oid) for oid in asked}
        return sorted(dotted(oid) for oid in needed)


def dotted(oid):
    return ".".join(map(str, oid))
