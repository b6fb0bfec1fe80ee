# SPDX-License-Identifier: GPL-2.0-only
# For skbtrace top: 500 processes, each with one connection or datagram and a name of its own, that exit at once; and the server
# that they talk to. Prints {pid: [rx, tx, name]}.
#
#	top_short.py ADDRESS...
import ctypes, json, os, selectors, socket, sys

PR_SET_NAME = 15
PROCESSES = 500
addresses = sys.argv[1:]
libc = ctypes.CDLL(None)


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def client(i, targets):
    name = f"short-{i}"
    libc.prctl(PR_SET_NAME, name.encode(), 0, 0, 0)
    target = targets[i // 4 % len(targets)]
    # The server's ends of connections: they would not be closed before all have left them.
    for sock in accepted:
        sock.close()
    if i % 4 == 3:
        sock = socket.socket(target[0].family, socket.SOCK_DGRAM)
        tx = sock.sendto(b"u" * (i + 1), target[1].getsockname())
        rx = 0
    else:
        sock = socket.create_connection(target[0].getsockname()[:2])
        tx = sock.send(b"c" * (1000 + i))
        sock.shutdown(socket.SHUT_WR)
        rx = 0
        while got := len(sock.recv(4096)):
            rx += got
    os.write(report[1], json.dumps({str(os.getpid()): [rx, tx, name]}).encode() + b"\n")
    os._exit(0)


report = os.pipe()
targets = []
for address in addresses:
    tcp = socket.create_server((address, 0), family=family(address), backlog=PROCESSES)
    udp = socket.socket(family(address), socket.SOCK_DGRAM)
    udp.bind((address, 0))
    targets.append((tcp, udp))

waiting = selectors.DefaultSelector()
for tcp, udp in targets:
    waiting.register(tcp, selectors.EVENT_READ)
    waiting.register(udp, selectors.EVENT_READ)

sums = [0, 0, "python3"]
accepted = set()
made = ended = datagrams = gone = 0
while ended + datagrams < PROCESSES or gone < PROCESSES:
    if made < PROCESSES and made - gone < 20:
        if os.fork() == 0:
            client(made, targets)
        made += 1
        continue
    while gone < made and os.waitpid(-1, os.WNOHANG)[0]:
        gone += 1
    for key, _ in waiting.select(0.01):
        sock = key.fileobj
        if sock.type == socket.SOCK_DGRAM:
            sums[0] += len(sock.recv(4096))
            datagrams += 1
        elif sock in [tcp for tcp, _ in targets]:
            connection, _ = sock.accept()
            accepted.add(connection)
            waiting.register(connection, selectors.EVENT_READ)
        elif data := sock.recv(4096):
            sums[0] += len(data)
        else:
            sums[1] += sock.send(b"a" * 77)
            waiting.unregister(sock)
            accepted.discard(sock)
            sock.close()
            ended += 1
os.close(report[1])
os.write(1, json.dumps({str(os.getpid()): sums}).encode() + b"\n")
while data := os.read(report[0], 65536):
    os.write(1, data)
