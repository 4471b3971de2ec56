"""What the checks of servers share: a server that runs while they ask it, and how they say what is wrong."""
import base64
import contextlib
import hashlib
import http.client
import re
import signal
import subprocess


def expect(right, message):
    if not right:
        raise AssertionError(message)


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Server:
    """A command of lince's on a port that is free; ends with the block, and must have ended well then."""

    errors_file = "serve.err"

    def __init__(self, lince, command, *arguments):
        self.command = [lince, command, *arguments, "--port", "0", "--lang", "en"]

    def __enter__(self):
        self.errors = open(self.errors_file, "w+")
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        self.address = self.process.stdout.readline().strip()
        self.said = ""
        match = re.fullmatch(r"http://([\d.]+):(\d+)/", self.address)
        if not match:
            self.process.kill()
            raise AssertionError(f"{self.command}: {self.address!r} {self.read_errors()}")
        self.host, self.port = match[1], int(match[2])
        return self

    def read_errors(self):
        self.errors.flush()
        with open(self.errors_file, encoding="utf-8", errors="backslashreplace") as file:
            return file.read()

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(60)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()
            self.said = self.read_errors()
            self.errors.close()
        return code

    def __exit__(self, kind, *rest):
        if not self.errors.closed:
            ended = self.process.poll()
            code = self.stop()
            if not kind:
                expect(code == 0, f"it ended with {code}: {self.said}")
            elif ended is not None:
                print(f"the server had ended with {ended}: {self.said}")

    def connect(self):
        return http.client.HTTPConnection(self.host, self.port, timeout=60)

    def ask(self, method, path, body=None, headers={}):
        """Status, headers and content, of a connection of its own."""
        connection = self.connect()
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def metrics(self):
        found = {}
        for line in self.ask("GET", "/metrics")[2].decode().splitlines():
            if not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                found[name] = float(value)
        return found


def look_at_page(server):
    """The page at "/": self-contained, in both languages, with a name for whatever is filled in."""
    status, headers, content = server.ask("GET", "/")
    page = content.decode()
    expect(status == 200 and headers["Content-Type"] == "text/html; charset=utf-8", headers)
    policy = headers["Content-Security-Policy"]
    for kind in ("script", "style"):
        inside = re.findall(f"<{kind}>(.*?)</{kind}>", page, re.S)
        expect(len(inside) == 1 == len(re.findall(f"<{kind}[ >]", page)), f"not one {kind}")
        total = base64.b64encode(hashlib.sha256(inside[0].encode()).digest()).decode()
        expect(f"{kind}-src 'sha256-{total}'" in policy, f"{policy} does not allow the page's {kind}")
    expect("unsafe" not in policy and "default-src 'none'" in policy, policy)
    # Self-contained, and nothing that the policy forbids.
    expect(not re.search(r'(src|href)="(?!data:,|#)', page) and "http://" not in page and "https://" not in page, "it needs something else")
    expect(not re.search(r'<[^>]* (on\w+|style)=', page) and "innerHTML" not in page, "what is not escaped, or not allowed")
    words = {language: set(re.findall(r"(\w+): '", re.search(rf"^  {language}: \{{(.*?)^  \}}", page, re.S | re.M)[1])) for language in ("en", "es")}
    wanted = set(re.findall(r'data-(?:say|label)="(\w+)"', page)) | set(re.findall(r"say\('(\w+)'\)", page))
    expect(words["en"] == words["es"] and wanted <= words["en"], f"words that are missing: {wanted - words['en']}, {words['en'] ^ words['es']}")
    for name in re.findall(r"<(?:select|textarea|input)[^>]* id=\"(\w+)\"", page):
        expect(f'for="{name}"' in page, f"{name} has no label")


def run_checks(checks, wanted, errors_file="serve.err"):
    """Those of the names that are wanted, or all: 1 where one has failed, which is printed."""
    failed = False
    for name in wanted or checks:
        try:
            checks[name]()
        except Exception as error:
            failed = True
            print(f"FAILED: {name}: {type(error).__name__}: {str(error)[:2000]}")
            with contextlib.suppress(OSError), open(errors_file, errors="backslashreplace") as file:
                print("    | " + file.read()[-1000:].replace("\n", "\n    | "))
    return int(failed)
