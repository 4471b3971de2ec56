"""A server on loopback that misbehaves on purpose, for test_fetch.sh.

    python3 fetch_server.py PORT_FILE CONTENT

Writes its port to PORT_FILE, what it is asked for to PORT_FILE.requests, and serves CONTENT under paths that say what is
wrong.
"""
import http.server
import os
import socketserver
import sys
import threading
import time

content = open(sys.argv[2], "rb").read()
half = len(content) // 2
requests = open(sys.argv[1] + ".requests", "a")
asked = {}  # path -> number of requests


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def begin(self):
        """The first byte that is asked for; 0 where no range is."""
        field = self.headers.get("Range")
        return int(field[len("bytes="):].rstrip("-")) if field else 0

    def head(self, status, length, **fields):
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def ranged(self, begin, data=content, stop=None):
        """A correct answer, of which only the bytes before `stop` are sent."""
        if begin >= len(data):
            return self.head(416, 0)
        if begin:
            span = f"bytes {begin}-{len(data) - 1}/{len(data)}"
            self.head(206, len(data) - begin, Content_Range=span)
        else:
            self.head(200, len(data))
        self.wfile.write(data[begin:stop])

    def do_GET(self):
        what = self.path.split("/")[1]
        print(self.path, self.headers.get("Range", "-"), file=requests, flush=True)
        count = asked[self.path] = asked.get(self.path, 0) + 1
        begin = self.begin()
        if what == "good":
            self.ranged(begin)
        elif what == "truncate":  # the first connection ends in the middle
            self.ranged(begin, stop=half if count == 1 else None)
        elif what == "drip":  # every connection ends after a tenth
            self.ranged(begin, stop=begin + len(content) // 10 + 1)
        elif what == "norange":  # knows no ranges, and ends early the first time
            self.head(200, len(content))
            self.wfile.write(content[: half if count == 1 else None])
        elif what == "stall":  # says nothing any more in the middle
            self.ranged(begin, stop=half if count == 1 else None)
            if count == 1:
                self.wfile.flush()
                time.sleep(20)
        elif what == "dead":  # never says anything behind the head
            self.ranged(begin, stop=begin)
            self.wfile.flush()
            time.sleep(20)
        elif what == "slow":
            self.ranged(begin, stop=begin)
            for at in range(begin, len(content), 5000):
                self.wfile.write(content[at : at + 5000])
                self.wfile.flush()
                time.sleep(0.02)
        elif what == "redirect":
            self.head(302, 0, Location="/good/" + self.path.split("/")[-1])
        elif what == "loop":
            self.head(302, 0, Location=self.path)
        elif what == "escape":  # to what is no business of a server's
            self.head(302, 0, Location="file:///etc/passwd")
        elif what == "long":  # claims more than there is
            self.head(200, len(content) + 100)
            self.wfile.write(content)
        elif what == "short":  # claims less than there is
            self.head(200, half)
            self.wfile.write(content)
        elif what == "wrong":
            self.ranged(begin, data=bytes(len(content)))
        elif what == "shifted":  # another range than the one that is asked for
            self.head(206, len(content) - 1, Content_Range=f"bytes 1-{len(content) - 1}/{len(content)}")
            self.wfile.write(content[1:])
        elif what == "endless":  # no length, and more than is expected
            self.head(200, None)
            for _ in range(100):
                self.wfile.write(bytes(100000))
        elif what == "nolength":
            self.head(200, None)
            self.wfile.write(content)
        elif what == "busy":  # an error of the server's, the first time
            if count == 1:
                self.head(503, 0)
            else:
                self.ranged(begin)
        else:
            page = b"<html>not found</html>"
            self.head(404, len(page))
            self.wfile.write(page)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


server = Server(("127.0.0.1", 0), Handler)
with open(sys.argv[1] + ".new", "w") as file:
    file.write(str(server.server_port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
threading.Timer(100, lambda: os._exit(1)).start()  # never outlives the test
server.serve_forever()
