# SPDX-License-Identifier: GPL-2.0-only
# For skbtrace top: moves known numbers of bytes through sockets in ways that programs do, and prints what each process should be
# seen to have sent and received, one JSON object {pid: [rx, tx]}.
#
#	top_traffic.py WAYS ADDRESS [CONNECTIONS]
#
# WAYS: names of functions below, by commas; "before" first waits for a line on stdin while its receivers are blocked.
import json, os, socket, sys, threading

MSG_TRUNC = 0x20
counts = {}


def count(rx=0, tx=0):
    mine = counts.setdefault(os.getpid(), [0, 0])
    mine[0] += rx
    mine[1] += tx


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def connection(address):
    listener = socket.create_server((address, 0), family=family(address))
    a = socket.create_connection(listener.getsockname()[:2])
    b, _ = listener.accept()
    listener.close()
    return a, b


def drain(sock, n, flags=0):
    while n:
        got = len(sock.recv(min(n, 65536), flags))
        count(rx=got)
        n -= got


def tcp(address):
    """send, recv, and a look (MSG_PEEK) that takes nothing."""
    a, b = connection(address)
    count(tx=a.send(b"x" * 10007))
    assert len(b.recv(5000, socket.MSG_PEEK)) > 0
    drain(b, 10007)
    count(tx=b.sendmsg([b"y" * 3000, b"z" * 11]))
    drain(a, 3011, socket.MSG_WAITALL)
    a.close()
    assert b.recv(1) == b""


def partial(address):
    """A sender that does not wait: only what the kernel took is sent."""
    a, b = connection(address)
    a.setblocking(False)
    sent = 0
    try:
        while True:
            n = a.send(b"x" * 100000)
            count(tx=n)
            sent += n
    except BlockingIOError:
        pass
    drain(b, sent)


def sendfile(address):
    """sendfile() to a socket, splice() from it, and MSG_TRUNC, which throws bytes of TCP away."""
    a, b = connection(address)
    with open("/run/top.data", "w+b") as f:
        f.write(b"q" * 150000)
        f.flush()
        left = 150000
        while left:
            n = os.sendfile(a.fileno(), f.fileno(), 150000 - left, left)
            count(tx=n)
            left -= n
    r, w = os.pipe()
    left = 100000
    while left:
        n = os.splice(b.fileno(), w, min(left, 30000))
        count(rx=n)
        left -= n
        while n:
            n -= len(os.read(r, n))
    drain(b, 40000)
    drain(b, 10000, MSG_TRUNC)


def udp(address):
    """sendto, connected send, recvfrom, peek, and a datagram that is cut."""
    b = socket.socket(family(address), socket.SOCK_DGRAM)
    b.bind((address, 0))
    a = socket.socket(family(address), socket.SOCK_DGRAM)
    for size in (1, 1000, 0, 9000):
        count(tx=a.sendto(b"u" * size, b.getsockname()))
        b.recvfrom(100, socket.MSG_PEEK)
        count(rx=len(b.recvfrom(10000)[0]))
    a.connect(b.getsockname()[:2])
    count(tx=a.send(b"v" * 777))
    count(rx=len(b.recv(500)))
    count(tx=a.send(b"w" * 600))
    assert b.recv_into(bytearray(100), 100, MSG_TRUNC) == 600
    count(rx=100)


def mapped(_):
    """IPv4 through sockets of IPv6: the call of one protocol goes on in the other."""
    b = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    b.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    b.bind(("::ffff:127.0.0.1", 0))
    count(tx=b.sendto(b"m" * 1234, b.getsockname()))
    count(rx=len(b.recvfrom(2000)[0]))


def errors(address):
    """Calls that fail count nothing."""
    a, b = connection(address)
    b.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    b.close()
    for _ in range(2):
        try:
            a.send(b"e" * 100)
        except OSError:
            break
    else:
        raise SystemExit("no error")
    u = socket.socket(family(address), socket.SOCK_DGRAM)
    u.setblocking(False)
    try:
        u.recv(10)
    except BlockingIOError:
        pass


def raw(address):
    """Not TCP nor UDP."""
    b = socket.socket(family(address), socket.SOCK_RAW, 253)
    b.bind((address, 0))
    a = socket.socket(family(address), socket.SOCK_RAW, 254)
    count(tx=a.sendto(b"s" * 10, (address, 0)))
    a = socket.socket(family(address), socket.SOCK_RAW, 253)
    count(tx=a.sendto(b"r" * 321, (address, 0)))
    count(rx=len(b.recv(2000)))


def threads(address):
    """Threads of one process, blocked in receiving side by side."""
    def one(n):
        a, b = connection(address)
        t = threading.Thread(target=lambda: got.append(len(b.recv(n, socket.MSG_WAITALL))))
        t.start()
        a.send(b"t" * n)
        t.join()
    got = []
    all_threads = [threading.Thread(target=one, args=(1000 + i,)) for i in range(20)]
    [t.start() for t in all_threads]
    [t.join() for t in all_threads]
    count(rx=sum(got), tx=sum(1000 + i for i in range(20)))


def before(address):
    """Receivers that wait before counting begins."""
    a, b = connection(address)
    u = socket.socket(family(address), socket.SOCK_DGRAM)
    u.bind((address, 0))
    got = []
    waiting = [threading.Thread(target=lambda: got.append(len(b.recv(5000)))),
               threading.Thread(target=lambda: got.append(len(u.recv(5000))))]
    [t.start() for t in waiting]
    print("waiting", flush=True)
    sys.stdin.readline()
    count(tx=a.send(b"b" * 123))
    count(tx=socket.socket(family(address), socket.SOCK_DGRAM).sendto(b"c" * 456, u.getsockname()))
    [t.join() for t in waiting]
    assert sorted(got) == [123, 456]
    count(rx=579)
    count(tx=a.send(b"d" * 1000))
    drain(b, 1000)


if __name__ == "__main__":
    for way in sys.argv[1].split(","):
        globals()[way](sys.argv[2])
    print(json.dumps({str(pid): sums for pid, sums in counts.items()}))
