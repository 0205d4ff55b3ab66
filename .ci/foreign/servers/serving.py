"""What the servers of this folder share: JSON on a free port of this machine alone. The address is printed when it is served.

A server is a list of routes: a pattern of the path, and what answers it. That is given a `Request` and gives back a body, or
(status, body), or (status, body, headers); a list or an object is sent as JSON.
"""
import http.server
import json
import re
import sys
import urllib.parse


class Request:
    def __init__(self, handler, parts):
        url = urllib.parse.urlsplit(handler.path)
        self.path = url.path
        self.parts = parts
        self.query = dict(urllib.parse.parse_qsl(url.query))
        self.headers = handler.headers
        self.body = handler.rfile.read(int(handler.headers.get('content-length', 0)))
        # A recorder that stands between says what the client asked for.
        self.base = '{}://{}'.format(handler.headers.get('x-forwarded-proto', 'http'), handler.headers['host'])

    def number(self, name, otherwise):
        return int(self.query.get(name, otherwise))


def serve(routes, nothing_there):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = 'HTTP/1.1'
        # Or each answer is held back until the client has acknowledged its head.
        wbufsize = -1

        def answer(self):
            path = urllib.parse.urlsplit(self.path).path
            for pattern, respond in routes:
                match = re.fullmatch(pattern, path)
                if match:
                    answer = respond(Request(self, match.groups()))
                    break
            else:
                print(f'{self.command} {self.path}: nothing is there', file=sys.stderr)
                answer = 404, nothing_there
            status, body, headers = (answer + ({},))[:3] if isinstance(answer, tuple) else (200, answer, {})
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header('Content-Type', 'application/json; charset=utf-8')
            self.send_header('Content-Length', str(len(text)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)
            self.wfile.flush()

        do_GET = do_POST = answer

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    print('http://127.0.0.1:{}'.format(server.server_address[1]), flush=True)
    server.serve_forever()
