"""A machine description as a SimGrid platform: every rank has a connection within its node and an
adapter of its own, both ways each; the network between adapters carries everything."""


def read_machine(path):
    """The numbers of a file of configs/machines."""
    machine = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        key, separator, value = line.split("#")[0].partition("=")
        if separator:
            machine[key.strip()] = value.strip()
    return machine


def _links(rank, machine):
    ways = (("node", machine["link-latency"], machine["link-bandwidth"]),
            ("net", machine["network-latency"], machine["network-bandwidth"]))
    for way, latency, bandwidth in ways:
        for end in ("up", "down"):  # half of the latency on each
            yield (f'<link id="{way}-{end}-{rank}" bandwidth="{bandwidth}GBps" '
                   f'latency="{float(latency) / 2}us"/>')


def _route(source, destination, links):
    path = "".join(f'<link_ctn id="{link}"/>' for link in links)
    return f'<route src="{source}" dst="{destination}" symmetrical="NO">{path}</route>'


def _node(node, ranks, machine):
    yield f'<zone id="node-{node}" routing="Full">'
    for rank in ranks:
        yield f'<host id="rank-{rank}" speed="1Gf"/>'
    yield f'<router id="switch-{node}"/>'
    for rank in ranks:
        yield from _links(rank, machine)
    for source in ranks:
        for destination in ranks:
            if source != destination:
                yield _route(f"rank-{source}", f"rank-{destination}",
                             [f"node-up-{source}", f"node-down-{destination}"])
        yield _route(f"rank-{source}", f"switch-{node}", [f"net-up-{source}"])
        yield _route(f"switch-{node}", f"rank-{source}", [f"net-down-{source}"])
    yield "</zone>"


def platform(machine, ranks):
    """XML lines."""
    of_node = int(machine["ranks-per-node"])
    nodes = -(-ranks // of_node)
    yield '<?xml version="1.0"?>'
    yield '<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">'
    yield '<platform version="4.1"><zone id="all" routing="Full">'
    for node in range(nodes):
        yield from _node(node, range(node * of_node, min(ranks, (node + 1) * of_node)), machine)
    yield '<link id="fabric" bandwidth="1000000GBps" latency="0us" sharing_policy="FATPIPE"/>'
    for first in range(nodes):
        for second in range(first + 1, nodes):
            yield (f'<zoneRoute src="node-{first}" gw_src="switch-{first}" dst="node-{second}" '
                   f'gw_dst="switch-{second}"><link_ctn id="fabric"/></zoneRoute>')
    yield "</zone></platform>"
