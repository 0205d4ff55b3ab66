"""What Python cannot be told by a variable. The harness puts this folder on PYTHONPATH, where every Python 3 process finds it
at its start, whichever virtual environment it belongs to.

Certificates: requests takes them from certifi, and a client that sends prepared requests (every Airbyte CDK before 7) never asks
REQUESTS_CA_BUNDLE; certifi reads no variable at all. So certifi is made to name SSL_CERT_FILE. By a hook, since a process that
never uses certifi must not pay for it. In `certifi.core`, since everybody's `from certifi import where` copies from there. Copies
of certifi inside other packages (pip._vendor) are meant too.

pycurl brings a libcurl that was built for another machine and reads no variable either: its handles begin with SSL_CERT_FILE.

Connections: urllib3 on its own, aiohttp, httplib2 and http.client ask no proxy variable. Where CONNECTOR_HARNESS_REDIRECT names an
address, every TCP connection that does not stay on this machine goes there, and names have an address without anybody being asked
for it. Clients that do go through the proxy never come here: the proxy is on this machine.

Sleep: libfaketime 0.9.10 has clock_nanosleep, which time.sleep calls from Python 3.11 on, answer EINVAL. And CONNECTOR_WAITS
says by which factor waits are multiplied: a retry after thirty seconds need not take thirty seconds of a test.
"""
import os
import sys


def _answer_ours(core, bundle):
    def where():
        return bundle

    def contents():
        with open(bundle, encoding="ascii", errors="replace") as file:
            return file.read()

    core.where, core.contents = where, contents


def _begin_with_ours(pycurl, bundle):
    class Curl(pycurl.Curl):
        def __init__(self, *arguments, **named):
            super().__init__(*arguments, **named)
            self.setopt(pycurl.CAINFO, bundle)

        def reset(self):
            super().reset()
            self.setopt(pycurl.CAINFO, bundle)

    pycurl.Curl = Curl


def _redirect(socket, to):
    """Sends every TCP connection to `to`, a pair of address and port, unless it stays on this machine."""
    real, inet6, stream = socket.socket, socket.AF_INET6, socket.SOCK_STREAM
    # Of the range that is set aside for tests of networks: whoever asks for a name is asked for nothing but an address.
    nowhere = "198.18.0.1"

    def text(host):
        return host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else host

    def stays(host):
        host = text(host)
        if not isinstance(host, str):
            return True
        host = host.lower().rstrip(".")
        host = host[7:] if host.startswith("::ffff:") else host
        return host in ("", "localhost", "::1", "::", "0.0.0.0") or host.startswith("127.") or host.endswith(".localhost")

    def led(sock, address):
        # The low bits alone: up to Python 3.6 the type says too whether the socket blocks.
        is_tcp = sock.family in (socket.AF_INET, inet6) and sock.type & 0xF == stream
        if not is_tcp or not isinstance(address, tuple) or not address or stays(address[0]):
            return address
        return ("::ffff:" + to[0], to[1]) if sock.family == inet6 else to

    connect, connect_ex, getaddrinfo = real.connect, real.connect_ex, socket.getaddrinfo

    real.connect = lambda self, address: connect(self, led(self, address))
    real.connect_ex = lambda self, address: connect_ex(self, led(self, address))

    def is_name(host):
        host = text(host)
        if not isinstance(host, str) or stays(host):
            return False
        for family in (socket.AF_INET, inet6):
            try:
                socket.inet_pton(family, host.split("%")[0])
                return False
            except (OSError, ValueError):
                pass
        return True

    def known(host, port, family=0, type=0, proto=0, flags=0):
        # Some ask with AI_NUMERICHOST whether it is an address at all.
        if flags & socket.AI_NUMERICHOST or not is_name(host):
            return getaddrinfo(host, port, family, type, proto, flags)
        found = "::ffff:" + nowhere if family == inet6 else nowhere
        infos = getaddrinfo(found, port, family, type, proto, flags & ~socket.AI_CANONNAME)
        if flags & socket.AI_CANONNAME:
            infos = [info[:3] + (text(host), info[4]) for info in infos]
        return infos

    socket.getaddrinfo = known
    for name in ("gethostbyname", "gethostbyname_ex"):
        real_one = getattr(socket, name)
        setattr(socket, name, lambda host, ask=real_one: ask(nowhere if is_name(host) else host))


def _address(text):
    host, _, port = (text or "").rpartition(":")
    return (host, int(port)) if host and port.isdigit() else None


class _Hook:
    """The first finder asked: passes every name on, and patches the modules it waits for once they have run."""

    def __init__(self, patches):
        self.patches = patches

    def find_spec(self, name, path=None, target=None):
        patch = self.patches.get("certifi.core" if name.endswith(".certifi.core") else name)
        if patch is None:
            return None
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if finder is not self and find else None
            if spec is not None:
                break
        else:
            return None
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            patch(module)

        # On this loader alone: an attribute of the instance hides the method of its class.
        spec.loader.exec_module = exec_module
        return spec


def _hook():
    patches = {}
    bundle = os.environ.get("SSL_CERT_FILE")
    if bundle:
        patches["certifi.core"] = lambda module: _answer_ours(module, bundle)
        patches["pycurl"] = lambda module: _begin_with_ours(module, bundle)
    to = _address(os.environ.get("CONNECTOR_HARNESS_REDIRECT"))
    if to:
        patches["socket"] = lambda module: _redirect(module, to)
    if not patches:
        return
    sys.meta_path.insert(0, _Hook(patches))
    # A line in a .pth file runs before us and may have imported them already.
    for name, patch in patches.items():
        if name in sys.modules:
            patch(sys.modules[name])
    if bundle and "certifi" in sys.modules:
        _answer_ours(sys.modules["certifi"], bundle)


def _sleep():
    try:
        factor = float(os.environ.get("CONNECTOR_WAITS") or 1)
    except ValueError:
        factor = 1.0
    if factor == 1 and "FAKETIME" not in os.environ:
        return
    import time
    import _thread

    def sleep(seconds):
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        # A lock that nobody gives back: its timeout is the one wait that no fake clock reaches.
        lock = _thread.allocate_lock()
        lock.acquire()
        lock.acquire(True, min(max(seconds * factor, 1e-6), _thread.TIMEOUT_MAX))

    time.sleep = sleep


def _give_way():
    """Runs the sitecustomize that this file hides, if there is one: distributions and virtual environments may have their own."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != here]
    ours = sys.modules.pop(__name__)
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if getattr(error, "name", None) != "sitecustomize":
            raise
    finally:
        sys.modules.setdefault(__name__, ours)


def _warm():
    path = os.environ.pop("CONNECTOR_HARNESS_WARM", None)
    if path is None:
        return
    file = os.path.join(os.path.dirname(os.path.abspath(__file__)), "warm.py")
    names = {"__name__": "connector_harness_warm"}
    with open(file, encoding="utf-8") as text:
        exec(compile(text.read(), file, "exec"), names)
    names["serve"](path)


_hook()
_sleep()
_give_way()
_warm()
