"""Makes one interpreter serve for many processes of a connector: it does what the script that it was started with begins with,
its imports, and then forks whenever the harness wants a process. The process goes on as if it had just been started: its
arguments, environment and output are its own, and it runs the script from its first line on, whose imports are done.

Only statements are run ahead that the script runs first whatever its arguments are; they see none. Where something that they do is
not there twice after a fork (a thread, an open file), the harness is told and starts processes one by one.

Run by sitecustomize where CONNECTOR_HARNESS_WARM names the socket of the harness, when all else that it does is done.
"""
import array
import ast
import atexit
import gc
import importlib.util
import json
import os
import signal
import socket
import sys
import weakref


class _Unfit(Exception):
    """Why it cannot be forked."""


def _main():
    """What is to be run: its text, its file, its package, and the folder that comes first where modules are looked for."""
    script = sys.argv[0]
    if script in ("-c", "-m"):
        # As it was typed.
        if not hasattr(sys, "orig_argv"):
            raise _Unfit("this Python does not tell which module it was given: 3.10 is the first that does")
        said = sys.orig_argv[sys.orig_argv.index(script) + 1]
        if script == "-c":
            return said, "<string>", None, ""
        sys.path.insert(0, os.getcwd())
        try:
            spec = importlib.util.find_spec(said)
            if spec.submodule_search_locations is not None:
                spec = importlib.util.find_spec(said + ".__main__")
        finally:
            sys.path.remove(os.getcwd())
        with open(spec.origin, "rb") as file:
            return file.read(), spec.origin, spec.parent, os.getcwd()
    with open(script, "rb") as file:
        return file.read(), script, None, os.path.dirname(os.path.realpath(script))


def _imports(text, file):
    """The import statements that it begins with."""
    tree = ast.parse(text, file)
    first = []
    for statement in tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            first.append(statement)
        elif not isinstance(statement, ast.Expr) or not isinstance(statement.value, (ast.Constant, getattr(ast, "Str", ast.Constant))):
            break
    tree.body = first
    return compile(tree, file, "exec")


def _run_ahead():
    text, file, package, folder = _main()
    is_safe = sys.flags.isolated or getattr(sys.flags, "safe_path", False)
    if not is_safe:
        sys.path.insert(0, folder)
    main = sys.modules["__main__"]
    if file != "<string>":
        main.__file__ = file
    # Little of what imports make is garbage, and looking for it takes a sixth of their time.
    gc.disable()
    try:
        exec(_imports(text, file), {"__name__": "__main__", "__file__": file, "__package__": package})
    finally:
        gc.enable()
        if file != "<string>":
            del main.__file__
        # Python itself puts it there when site is done.
        if not is_safe and folder in sys.path:
            sys.path.remove(folder)
    # Nothing of it is looked at, and so copied, by the processes.
    gc.freeze()


def _leave_modules():
    """At its end an interpreter takes every module apart, and a fork would have to copy all of their memory first: more work than
    most commands of a connector are. So they are left to the system, which takes the memory back at once."""
    kept = [sys.modules.copy()]
    # As good as immortal: it holds itself, and is where nobody looks for garbage.
    kept.append(kept)
    gc.freeze()
    for name in kept[0]:
        if name not in ("__main__", "builtins", "io", "sys", "threading"):
            del sys.modules[name]


def _has_threads():
    return len(os.listdir("/proc/self/task")) > 1


def _try_to_fork():
    """Those who know that a fork loses their threads (OpenBLAS) end them before it, and start others when they need them."""
    process = os.fork()
    if process == 0:
        os._exit(0)
    os.waitpid(process, 0)


def _open_files():
    """What is open, devices aside: by its number, for that may be made to mean another file."""
    found = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            link = os.readlink("/proc/self/fd/" + number)
        except OSError:
            # The folder that is listed.
            continue
        if not link.startswith("/dev/"):
            found.add((number, link))
    return found


def _has_children():
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _check(before):
    """Raises where something that imports have done is not there twice: processes would share it, or lack it."""
    if _has_children():
        raise _Unfit("its imports start processes")
    if _open_files() != before:
        raise _Unfit("its imports open files or connections, or close them")
    if any(finalizer.atexit for finalizer in weakref.finalize._registry.values()):
        raise _Unfit("its imports make something that is to be removed at the end, such as a temporary folder")
    if signal.getsignal(signal.SIGCHLD) != signal.SIG_DFL:
        raise _Unfit("its imports handle SIGCHLD")
    if _has_threads():
        _try_to_fork()
    if _has_threads():
        raise _Unfit("its imports start threads")


def _line(channel):
    """What is to be done next, and the descriptors that come with it."""
    text, descriptors = b"", array.array("i")
    while not text.endswith(b"\n"):
        part, ancillary, _, _ = channel.recvmsg(65536, socket.CMSG_SPACE(2 * descriptors.itemsize))
        if not part:
            # The harness has gone, or has no more to do.
            os._exit(0)
        for level, kind, data in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
        text += part
    return json.loads(text.decode()), list(descriptors)


def _say(channel, **what):
    channel.sendall(json.dumps(what).encode() + b"\n")


def _become(order, descriptors):
    os.setpgid(0, 0)
    for number, descriptor in enumerate(descriptors, 1):
        os.dup2(descriptor, number)
        os.close(descriptor)
    environment = order["environment"]
    for name in [name for name in os.environ if name not in environment]:
        del os.environ[name]
    os.environ.update(environment)
    sys.argv += order["arguments"]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv += order["arguments"]


def _serve(channel):
    before = _open_files()
    # The command, which is that of no process yet.
    for words in (sys.argv, getattr(sys, "orig_argv", [""])):
        del words[-1]
    reason = ""
    try:
        _run_ahead()
        _check(before)
    except _Unfit as unfit:
        reason = str(unfit)
    except BaseException as error:
        reason = "its imports end in %s" % type(error).__name__
    sys.stdout.flush()
    sys.stderr.flush()
    _say(channel, unfit=reason)
    if reason:
        os._exit(0)
    while True:
        order, descriptors = _line(channel)
        process = os.fork()
        if process == 0:
            channel.close()
            _become(order, descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)
        try:
            # Whoever of the two is first: the harness is to find the group when it hears of the process.
            os.setpgid(process, process)
        except OSError:
            pass
        _say(channel, process=process)
        # Until it has looked at it, the process is not to be forgotten.
        _line(channel)
        _, status = os.waitpid(process, 0)
        if os.WIFSIGNALED(status):
            _say(channel, signal=os.WTERMSIG(status))
        else:
            _say(channel, status=os.WEXITSTATUS(status))


def serve(path):
    """Returns in every process that is to go on as the connector."""
    # Before all that imports have done at the end: the first that is registered is the last to be called.
    atexit.register(_leave_modules)
    channel = socket.socket(socket.AF_UNIX)
    channel.connect(path)
    try:
        _serve(channel)
    except BaseException:
        # Whoever raises here would go on as a connector that nobody watches.
        os._exit(70)
