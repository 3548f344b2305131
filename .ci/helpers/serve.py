"""Serves a directory on this machine: serve.py DIR [PEM]

PEM has a key and a certificate, for HTTPS. The first line is the address, and the log follows it.
"""

import functools
import http.server
import ssl
import sys

directory, *pem = sys.argv[1:]
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=directory)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
if pem:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pem)
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(f"{'https' if pem else 'http'}://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
