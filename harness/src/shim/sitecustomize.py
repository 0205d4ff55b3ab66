"""What Python cannot be told by a variable. The harness puts this folder on PYTHONPATH, where every Python 3 process finds it
at its start, whichever virtual environment it belongs to.

Certificates: requests takes them from certifi, and a client that sends prepared requests (every Airbyte CDK before 7) never asks
REQUESTS_CA_BUNDLE; certifi reads no variable at all. So certifi is made to name SSL_CERT_FILE. By a hook, since a process that
never uses certifi must not pay for it. In `certifi.core`, since everybody's `from certifi import where` copies from there. Copies
of certifi inside other packages (pip._vendor) are meant too.

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


class _Hook:
    """The first finder asked: passes every name on, and patches the modules it waits for once they have run."""

    def __init__(self, bundle):
        self.bundle = bundle

    def find_spec(self, name, path=None, target=None):
        if name != "certifi.core" and not name.endswith(".certifi.core"):
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
            _answer_ours(module, self.bundle)

        # On this loader alone: an attribute of the instance hides the method of its class.
        spec.loader.exec_module = exec_module
        return spec


def _trust():
    bundle = os.environ.get("SSL_CERT_FILE")
    if not bundle:
        return
    sys.meta_path.insert(0, _Hook(bundle))
    # A line in a .pth file runs before us and may have imported it already.
    for name in ("certifi", "certifi.core"):
        if name in sys.modules:
            _answer_ours(sys.modules[name], bundle)


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


_trust()
_sleep()
_give_way()
