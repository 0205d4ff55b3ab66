"""localstripe (from PyPI, as it is) on a free port of this machine alone: its own command listens to everybody. Prints its URL.

    python serve.py [--complete [--start EPOCH]]

`--complete` adds what it lacks and the connector for Stripe needs: see complete.py.
"""
import argparse
import socket

from aiohttp import web
from localstripe import resources, server

parser = argparse.ArgumentParser()
parser.add_argument('--complete', action='store_true')
parser.add_argument('--start', type=int, default=1767225600, help='the first time of its clock; 2026-01-01 unless said otherwise')
arguments = parser.parse_args()

# It writes all it holds to one file in /tmp after every request, to find it there when it is started again.
resources.Store.dump_to_disk = lambda store: None

if arguments.complete:
    import complete

    complete.complete(arguments.start)

listener = socket.create_server(('127.0.0.1', 0))
print('http://127.0.0.1:{}'.format(listener.getsockname()[1]), flush=True)
web.run_app(server.app, sock=listener, print=None, access_log=None)
