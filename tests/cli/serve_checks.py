"""Servers of the runs that test_serve.sh has made, asked over HTTP.

    python3 serve_checks.py LINCE SOURCE_DIR [CHECK...]

In the folder with shapes/, texts/, sounds/ and their data. Prints what is wrong; the exit code is 1 then.
"""
import base64
import concurrent.futures
import contextlib
import glob
import http.client
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
import zlib

sys.dont_write_bytecode = True
import serving
from browser import PROGRAM, Browser
from serving import expect, look_at_page, read, run_checks

lince, source = sys.argv[1:3]
pictures = sorted(glob.glob("pictures/test/*/*.png"))
recordings = sorted(glob.glob("words/test/*/*.wav"))[:6] or sorted(glob.glob("words/**/*.wav", recursive=True))[:6]
texts = ["what a game, I love it", "not as bad as they said", "", "ñandú <b>¿sí?</b> \"quoted\" \\", "😀 the the the"]
JSON = {"Content-Type": "application/json"}
MANY = 200  # inputs that keep a model busy for a while


class Server(serving.Server):
    def __init__(self, *arguments):
        super().__init__(lince, "serve", *arguments)

    def predict(self, model, body, headers={}, query=""):
        """Status and document."""
        status, _, content = self.ask("POST", f"/v1/models/{model}/predict{query}", body, headers)
        return status, json.loads(content)


def multipart(parts, boundary="x-0123456789-x"):
    """The body of (name, bytes) parts, and its headers."""
    body = b""
    for name, content in parts:
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode()
        body += b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def predicted(run, *arguments):
    """What lince predict --json says."""
    done = subprocess.run([lince, "predict", "--run", run, "--json", "--lang", "en", *arguments], capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def same(found, wanted, tolerance=0.0):
    """Whether two answers say the same; how inputs are called apart."""
    found, wanted = ({k: v for k, v in answer.items() if k != "path"} for answer in (found, wanted))
    if found.keys() != wanted.keys():
        return False
    a, b = found.pop("probabilities", {}), wanted.pop("probabilities", {})
    p, q = found.pop("probability", 0), wanted.pop("probability", 0)
    close = abs(p - q) <= tolerance and a.keys() == b.keys() and all(abs(a[k] - b[k]) <= tolerance for k in a)
    return close and found == wanted and (tolerance or list(a) == list(b))


def refused(answer, status, pattern):
    found, document = answer
    expect(found == status and re.search(pattern, document["error"]), f"expected {status} and {pattern!r}: {found} {document}")


def busy_question():
    return multipart([(f"{i}.png", read(pictures[i % len(pictures)])) for i in range(MANY)])


# --- answers -----------------------------------------------------------------------------------------


def check_pictures():
    wanted = predicted("shapes", *pictures)
    expect(len(wanted) == len(pictures) > 5, "no predictions to compare with")
    with Server("shapes") as server:
        for path, right in zip(pictures, wanted):
            status, document = server.predict("shapes", read(path), {"Content-Type": "image/png"})
            expect(status == 200 and document["model"] == "shapes" and document["seconds"] > 0, document)
            expect(same(document["answers"][0], right), f"{document} is not {right}")
        body, headers = multipart([(path, read(path)) for path in pictures])
        status, document = server.predict("shapes", body, headers)
        expect(status == 200 and len(document["answers"]) == len(pictures), document)
        for answer, right in zip(document["answers"], wanted):
            expect(answer["path"] == right["path"] and same(answer, right, 1e-5), f"{answer} is not {right}")
        status, document = server.predict("shapes", read(pictures[0]), query="?top=2")
        right = predicted("shapes", pictures[0], "--top", "2")[0]
        expect(same(document["answers"][0], right) and len(right["probabilities"]) == 2, document)


def check_texts():
    wanted = predicted("texts", *(word for text in texts for word in ("--text", text)))
    expect(len(wanted) == len(texts), "no predictions to compare with")
    with Server("texts") as server:
        for text, right in zip(texts, wanted):
            for body, headers in ((text.encode(), {"Content-Type": "text/plain"}), (json.dumps(text), JSON), (json.dumps({"text": text}), JSON)):
                status, document = server.predict("texts", body, headers)
                expect(status == 200 and same(document["answers"][0], right), f"{body}: {status} {document} is not {right}")
        parts, boundary = multipart([("", text.encode()) for text in texts])
        for body, headers in ((json.dumps(texts), JSON), (json.dumps({"texts": texts}), JSON), (parts, boundary), (json.dumps(texts * 7), JSON)):
            status, document = server.predict("texts", body, headers)
            expect(status == 200 and len(document["answers"]) % len(texts) == 0, document)
            for answer, right in zip(document["answers"], wanted * 7):
                expect(same(answer, right, 1e-5), f"{answer} is not {right}")
        refused(server.predict("texts", b"caf\xe9"), 422, "text: byte 0xE9 at offset 3 is not UTF-8")
        refused(server.predict("texts", b"a\0b"), 422, "a NUL byte at offset 1")
        refused(server.predict("texts", '["a", 1]', JSON), 400, "JSON: expected a text, a list of texts")
        refused(server.predict("texts", "[]", JSON), 400, "the list of texts is empty")
        refused(server.predict("texts", '{"words": "a"}', JSON), 400, "JSON: expected a text")
        refused(server.predict("texts", '["a"', JSON), 400, "JSON")
        refused(server.predict("texts", "[" * 100000, JSON), 400, "JSON")
        for body in ("", '"a", "b"', '"a"], ["b"', "1", '"a', "null"):
            refused(server.predict("texts", body, JSON), 400, "JSON")
        refused(server.predict("texts", json.dumps(["a"] * 257), JSON), 413, "more inputs than 256")


def check_recordings():
    wanted = predicted("sounds", *recordings)
    expect(len(wanted) == len(recordings) > 0, "no predictions to compare with")
    with Server("sounds") as server:
        body, headers = multipart([(path, read(path)) for path in recordings])
        status, document = server.predict("sounds", body, headers)
        expect(status == 200, document)
        for answer, right in zip(document["answers"], wanted):
            expect(same(answer, right, 1e-5), f"{answer} is not {right}")
        status, document = server.predict("sounds", read(recordings[0]), {"Content-Type": "audio/wav"})
        expect(status == 200 and same(document["answers"][0], wanted[0]), document)
        refused(server.predict("sounds", b"no sound"), 422, ".")


def check_batches():
    """Questions of many clients are computed together, and each gets its own answer."""
    wanted = predicted("shapes", *pictures)
    with Server("shapes", "--batch", "4", "--max-queue", "500") as server:
        jobs = [i % len(pictures) for i in range(160)]
        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            found = list(pool.map(lambda i: server.predict("shapes", read(pictures[i])), jobs))
        for i, (status, document) in zip(jobs, found):
            expect(status == 200 and same(document["answers"][0], wanted[i], 1e-5), f"{document} is not {wanted[i]}")
        counted = server.metrics()
        batches, inputs = (counted[f'lince_{n}_total{{model="shapes"}}'] for n in ("batches", "inputs"))
        expect(inputs == len(jobs) and batches < inputs, f"{inputs} inputs in {batches} batches")


def check_several_models():
    with Server("shapes", "tweets=texts", "sounds/weights/best.safetensors") as server:
        models = json.loads(server.ask("GET", "/v1/models")[2])["models"]
        expect([(m["name"], m["takes"]) for m in models] == [("shapes", "image"), ("tweets", "text"), ("best", "sound")], models)
        expect(len(models[0]["classes"]) == 10 and "disc" in models[0]["classes"] and models[0]["architecture"] == "resnet20", models[0])
        expect(json.loads(server.ask("GET", "/v1/models/tweets")[2]) == models[1], "another description of one")
        expect(server.predict("tweets", "fine")[0] == 200 and server.predict("best", read(recordings[0]))[0] == 200, "not all answer")
        refused(server.predict("shapes", '"text"', JSON), 415, "JSON holds texts")


# --- what is wrong with questions ----------------------------------------------------------------------


def check_bad_pictures():
    with Server("shapes") as server:
        good = read(pictures[0])
        refused(server.predict("shapes", b"no picture at all"), 422, "body: ")
        status, document = server.predict("shapes", b"no picture", {"Accept-Language": "fr, es-ES;q=0.8, en;q=0.5"})
        expect(status == 422 and re.search("se lee|imagen|formato", document["error"]), document)
        refused(server.predict("shapes", good[: len(good) // 2]), 422, "body: ")
        refused(server.predict("shapes", b""), 400, "the body is empty")
        body, headers = multipart([("good.png", good), ("bad.png", b"bad"), ("", b""), ("again.png", good)])
        status, document = server.predict("shapes", body, headers)
        expect(status == 200 and len(document["answers"]) == 4, document)
        expect([("error" in a) for a in document["answers"]] == [False, True, True, False], document)
        expect(document["answers"][1]["path"] == "bad.png" and "bad.png: " in document["answers"][1]["error"], document)
        refused(server.predict("shapes", *multipart([("a.png", b"bad"), ("b.png", b"bad")])), 422, "a.png: ")
        refused(server.predict("shapes", b"nothing", {"Content-Type": "multipart/form-data; boundary=x"}), 400, "multipart/form-data")
        refused(server.predict("shapes", b"nothing", {"Content-Type": "multipart/form-data"}), 400, "multipart/form-data")
        for top in ("0", "-1", "x", "1e3", "99999999999999999999"):
            refused(server.predict("shapes", good, query="?top=" + top), 400, "top: expected a whole number")
        expect(server.predict("shapes", good)[0] == 200, "it answers no more")


def check_escapes():
    """What a client sends reaches no terminal, and JSON as JSON has it."""
    name = "\x1b[31m<script>\u202e&.png"
    with Server("shapes") as server:
        body, headers = multipart([(name, b"bad")])
        status, _, content = server.ask("POST", "/v1/models/shapes/predict", body, headers)
        document = json.loads(content)
        expect(status == 422 and document["answers"][0]["path"] == name, content)
        expect(b"\x1b" not in content and "\u202e".encode() not in content, content)
        server.ask("GET", "/%1b%5b31mred", headers={"User-Agent": "\x1b[31m", "X-\x7f": "a"})
        server.stop()
        expect("\x1b" not in server.said and "31m" not in server.said and "script" not in server.said, server.said)


def check_addresses():
    with Server("shapes") as server:
        for path in ("/nothing", "/v1", "/v1/models/", "/v1/models/shapes/", "/v1/models/shapes/predict/", "/v1/models//predict", "/..%2f..%2fetc/passwd"):
            status, _, content = server.ask("GET", path)
            expect(status == 404 and json.loads(content)["error"], f"{path}: {status} {content}")
        refused(server.predict("no-such-model", b"x"), 404, "there is no model of that name")
        for method, path, allow in (("GET", "/v1/models/shapes/predict", "POST"), ("POST", "/v1/models", "GET, HEAD"), ("DELETE", "/", "GET, HEAD"), ("OPTIONS", "/metrics", "GET, HEAD")):
            status, headers, content = server.ask(method, path)
            expect(status == 405 and headers["Allow"] == allow and json.loads(content)["error"], f"{method} {path}: {status} {headers}")
        status, headers, content = server.ask("HEAD", "/healthz")
        expect(status == 200 and not content and int(headers["Content-Length"]) > 0, headers)
        status, headers, content = server.ask("GET", "/healthz")
        expect(status == 200 and json.loads(content)["status"] == "ok" and headers["X-Content-Type-Options"] == "nosniff", headers)
        connection = server.connect()  # one connection, several questions
        for _ in range(5):
            connection.request("POST", "/v1/models/shapes/predict", read(pictures[0]))
            expect(json.loads(connection.getresponse().read())["answers"][0]["class"], "no class")
        connection.close()


def chunks(size):
    for _ in range(size >> 16):
        yield b"x" * (1 << 16)


def check_large_bodies():
    with Server("shapes", "--max-body-mb", "1", "--max-inputs", "3") as server:
        mebibyte = 1 << 20
        refused(server.predict("shapes", b"x" * (mebibyte + 1)), 413, "larger than 1048576 bytes")
        refused(server.predict("shapes", chunks(2 * mebibyte)), 413, "larger than 1048576 bytes")
        refused(server.predict("shapes", b"x" * mebibyte), 422, "body: ")
        refused(server.predict("shapes", *multipart([(str(i), b"bad") for i in range(4)])), 413, "more inputs than 3")
        # Who asks first, or sends without an end, is not listened to for long.
        with socket.create_connection((server.host, server.port), 30) as client:
            client.sendall(b"POST /v1/models/shapes/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n")
            expect(client.recv(100).startswith(b"HTTP/1.1 413 "), "no 413 before the body")
        with socket.create_connection((server.host, server.port), 30) as client:
            client.sendall(b"POST /v1/models/shapes/predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
            with contextlib.suppress(ConnectionError):
                for _ in range(1000):
                    client.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                expect(False, "it reads without an end")
        expect(server.predict("shapes", read(pictures[0]))[0] == 200, "it answers no more")
        expect(server.metrics()["lince_bodies_bytes"] == 0, "bytes of bodies are kept")


# --- who asks ------------------------------------------------------------------------------------------


def check_token():
    with open("token", "w") as file:
        file.write("correct-horse-battery\nanother line\n")
    os.chmod("token", 0o644)
    with Server("shapes", "--token-file", "token") as server:
        def status(path, **headers):
            return server.ask("GET", path, headers=headers)[:2]
        for path in ("/v1/models", "/v1/models/shapes", "/v1/models/none", "/metrics"):
            for said in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}, {"Authorization": "correct-horse-battery"},
                         {"Authorization": "Bearer correct-horse-batter"}, {"Authorization": "Bearer correct-horse-battery1"},
                         {"Authorization": "Basic correct-horse-battery"}):
                code, headers = status(path, **said)
                expect(code == 401 and headers["WWW-Authenticate"].startswith("Bearer"), f"{path} {said}: {code}")
        for said in ("Bearer correct-horse-battery", "bearer correct-horse-battery"):
            expect(status("/v1/models", Authorization=said)[0] == 200, f"{said} is refused")
        expect(all(status(path)[0] == 200 for path in ("/", "/healthz", "/openapi.json")), "what is free asks for a token")
        refused(server.predict("shapes", read(pictures[0])), 401, "Authorization: Bearer")
        expect(server.predict("shapes", read(pictures[0]), {"Authorization": "Bearer correct-horse-battery"})[0] == 200, "it does not answer")
        server.stop()
        expect("other users of this machine may read the token" in server.said and "horse" not in server.said, server.said)


def check_other_pages():
    """A page from elsewhere in a browser on this machine."""
    with Server("shapes") as server:
        own = f"http://{server.host}:{server.port}"
        for headers, wanted in (({"Host": "evil.example"}, 403), ({"Host": f"localhost.evil.example:{server.port}"}, 403), ({"Host": f"localhost:{server.port}"}, 200),
                                ({"Host": "127.0.0.2"}, 200), ({"Origin": "https://evil.example"}, 403), ({"Origin": "null"}, 403), ({"Origin": own}, 200)):
            status = server.ask("GET", "/v1/models", headers=headers)[0]
            expect(status == wanted, f"{headers}: {status}")
    with Server("shapes", "--listen", "0.0.0.0") as server:
        server.host = "127.0.0.1"
        expect(server.ask("GET", "/v1/models", headers={"Host": "models.example"})[0] == 200, "it may have any name")
        server.stop()
        expect("whoever reaches it may ask" in server.said, server.said)


# --- too much, too slow --------------------------------------------------------------------------------


def check_full_queue():
    with Server("shapes", "--max-queue", "1", "--batch", "2") as server:
        body, headers = busy_question()
        def question(_):
            return server.ask("POST", "/v1/models/shapes/predict", body, headers)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            found = list(pool.map(question, range(8)))
        codes = sorted(status for status, _, _ in found)
        expect(codes[0] == 200 and codes[-1] == 503 and set(codes) == {200, 503}, codes)
        for status, said, content in found:
            document = json.loads(content)
            if status == 503:
                expect(said["Retry-After"] == "1" and "wait for this model" in document["error"], document)
            else:
                expect(len(document["answers"]) == MANY and not any("error" in a for a in document["answers"]), "an answer is missing")
        expect(server.predict("shapes", read(pictures[0]))[0] == 200, "it answers no more")


def drip(client, content):
    """Sends a byte every 50 ms; how long until the server ends it, or None."""
    began = time.monotonic()
    for byte in content:
        try:
            client.send(bytes([byte]))
            client.settimeout(0.05)
            with contextlib.suppress(TimeoutError):
                if not client.recv(1):
                    return time.monotonic() - began
        except ConnectionError:
            return time.monotonic() - began
    return None


def check_where():
    """Where the network looked: a picture with an answer that is as without, in its order."""
    with Server("shapes", "texts", "--batch", "2") as server:
        plain = server.predict("shapes", read(pictures[0]))[1]["answers"][0]
        content, headers = multipart([("a.png", read(pictures[0])), ("bad.png", b"bad"), ("b.png", read(pictures[1]))])
        status, document = server.predict("shapes", content, headers, "?where=true")
        first, bad, last = document["answers"]
        expect(status == 200 and "where" not in bad and "error" in bad and first["class"] == plain["class"], document)
        for answer in (first, last):
            head, sum = answer["where"]["picture"].split(",", 1)
            drawn = base64.b64decode(sum)
            expect(head == "data:image/png;base64" and drawn[:8] == b"\x89PNG\r\n\x1a\n", head)
            expect(struct.unpack(">II", drawn[16:24])[0] >= 224, "the picture is small")
            expect(answer["where"]["class"] == max(answer["probabilities"], key=answer["probabilities"].get), answer["class"])
        expect(first["where"]["picture"] != last["where"]["picture"], "one picture for both")
        again = server.predict("shapes", content, headers, "?where=true&top=1")[1]["answers"]
        expect(again[0]["where"] == first["where"], "the same question, another picture")
        expect("where" not in server.predict("shapes", read(pictures[0]), query="?where=false")[1]["answers"][0], "where=false")
        refused(server.predict("shapes", read(pictures[0]), query="?where=1"), 400, "where: expected true or false")
        refused(server.predict("texts", b"a game", query="?where=true"), 400, "sees no pictures")


def png(width, height):
    """A whole PNG file of grey pixels, all of them black."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    rows = zlib.compress(bytes((width + 1) * height), 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def check_large_pictures():
    """Nothing is wrong with them but that they take memory."""
    with Server("shapes") as server:
        before = server.metrics()["process_resident_memory_bytes"]
        refused(server.predict("shapes", png(12000, 11650)), 422, "12000 x 11650 pixels take 399 MiB; at most 192 are taken here .max-picture-mb")
        expect(server.metrics()["process_resident_memory_bytes"] < before + (100 << 20), "memory was taken for it")
        expect(server.predict("shapes", png(2000, 1000))[0] == 200, "a picture of 6 MB")
    with Server("shapes", "--max-picture-mb", "5") as server:
        refused(server.predict("shapes", png(2000, 1000)), 422, "at most 5 are taken here")
        content, headers = multipart([("a.png", png(2000, 1000)), ("b.png", png(1000, 1000))])
        answers = server.predict("shapes", content, headers)[1]["answers"]
        expect("max-picture-mb" in answers[0]["error"] and "class" in answers[1], answers)


def check_slow_clients():
    with Server("shapes", "--max-seconds", "1") as server:
        head = b"POST /v1/models/shapes/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"
        for before, slowly in ((b"", head * 2), (head, b"x" * 1000)):
            with socket.create_connection((server.host, server.port), 30) as client:
                client.sendall(before)
                took = drip(client, slowly)
                expect(took and 0.5 < took < 4, f"a client that drips {slowly[:20]} was borne for {took} s")
        with socket.create_connection((server.host, server.port), 30) as client:
            expect(client.recv(1) == b"", "a client that says nothing is kept")
        # What is computed may take longer.
        expect(server.predict("shapes", *busy_question())[0] == 200, "a long question is cut off")
        expect(server.metrics()["lince_connections_cut_total"] >= 3, "not counted")
    with Server("shapes", "--max-per-address", "300", "--max-connections", "400", "--max-seconds", "20") as server:
        slow = [socket.create_connection((server.host, server.port), 30) for _ in range(200)]
        for client in slow:
            client.sendall(head[:30])
        for client in slow:
            client.sendall(head[30:31])
        expect(server.predict("shapes", read(pictures[0]))[0] == 200, "slow clients keep others out")
        expect(server.metrics()["lince_connections"] >= 200, "slow clients are not there")
        for client in slow:
            client.close()


def check_connections():
    with Server("shapes", "--max-per-address", "2") as server:
        first = [server.connect() for _ in range(2)]
        for connection in first:
            connection.request("GET", "/healthz")
            expect(connection.getresponse().read(), "no answer")
        with contextlib.suppress(OSError, http.client.HTTPException):
            server.ask("GET", "/healthz")
            expect(False, "a third connection from one address")
        first[0].close()
        for _ in range(50):
            with contextlib.suppress(OSError, http.client.HTTPException):
                expect(server.ask("GET", "/healthz")[0] == 200, "not 200")
                break
            time.sleep(0.1)
        else:
            expect(False, "a connection that has ended counts on")
        first[1].close()


def check_clients_that_leave():
    with Server("shapes") as server:
        body, headers = busy_question()
        for end in (len(body) // 2, len(body)):
            connection = server.connect()
            connection.putrequest("POST", "/v1/models/shapes/predict")
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                connection.putheader(name, value)
            connection.endheaders(body[:end])
            time.sleep(0.1)
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.close()
        expect(server.predict("shapes", read(pictures[0]))[0] == 200, "it answers no more")
        expect(server.metrics()["lince_bodies_bytes"] == 0, "bytes of bodies are kept")


def check_stop():
    """What was accepted is answered; nobody else comes in."""
    for number in (signal.SIGTERM, signal.SIGINT):
        with Server("shapes", "--batch", "2") as server:
            body, headers = busy_question()
            idle = server.connect()
            idle.request("GET", "/healthz")
            idle.getresponse().read()
            with concurrent.futures.ThreadPoolExecutor(3) as pool:
                asked = [pool.submit(server.ask, "POST", "/v1/models/shapes/predict", body, headers) for _ in range(3)]
                began = time.monotonic()
                while server.metrics()['lince_batches_total{model="shapes"}'] < 1 and time.monotonic() - began < 30:
                    time.sleep(0.01)
                time.sleep(0.2)  # the other two have arrived
                server.process.send_signal(number)
                time.sleep(0.2)
                with contextlib.suppress(OSError):
                    socket.create_connection((server.host, server.port), 1).close()
                    expect(False, "somebody new comes in while it stops")
                invited = 0
                for job in asked:
                    status, said, content = job.result(60)
                    answers = json.loads(content)["answers"]
                    expect(status == 200 and len(answers) == MANY and not any("error" in a for a in answers), f"{status}: an answer is missing")
                    invited += said["Connection"] != "close"
            idle.close()
            code = server.process.wait(30)
            server.stop()
            expect(code == 0 and "stopping" in server.said, f"{code} {server.said}")
            still = int(re.search(r"still answered: (\d)", server.said)[1])
            expect(invited <= 3 - still, f"it invites to ask again: {invited} times, where {still} of 3 were still answered")


# --- what it tells of itself ---------------------------------------------------------------------------


def check_metrics():
    with Server("shapes", 'a "b"\\=texts') as server:
        server.predict("shapes", read(pictures[0]))
        server.predict("shapes", b"bad")
        server.ask("GET", "/nothing")
        status, headers, content = server.ask("GET", "/metrics")
        expect(status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4"), headers)
        typed = set()
        for line in content.decode().splitlines():
            if line.startswith("# TYPE "):
                expect(re.fullmatch(r"# TYPE [a-z_]+ (counter|gauge|histogram)", line), line)
                typed.add(line.split()[2])
            elif not line.startswith("# HELP "):
                match = re.fullmatch(r'([a-z_]+)(\{[a-z]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z]+="[^"\\]*")?\})? [0-9.e+-]+', line)
                expect(match and re.sub("_(bucket|sum|count)$", "", match[1]) in typed | {match[1]}, line)
        counted = server.metrics()
        expect(counted['lince_inputs_total{model="shapes"}'] == 2 and counted['lince_input_errors_total{model="shapes"}'] == 1, counted)
        expect(counted['lince_http_responses_total{code="422"}'] == 1 and counted['lince_http_responses_total{code="404"}'] == 1, counted)
        expect(counted['lince_answer_seconds_bucket{model="shapes",le="+Inf"}'] == 2 == counted['lince_answer_seconds_count{model="shapes"}'], counted)
        expect(counted['lince_inputs_total{model="a \\"b\\"\\\\"}'] == 0, counted)
        expect(counted['lince_queue_length{model="shapes"}'] == 0 and counted["process_resident_memory_bytes"] > 1e6, counted)


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def check_openapi():
    with Server("shapes", "texts") as server:
        status, headers, content = server.ask("GET", "/openapi.json")
        expect(status == 200 and headers["Content-Type"] == "application/json", headers)
        document = json.loads(content)
        expect(document["openapi"].startswith("3.1.") and document["info"]["title"] and document["info"]["version"], document)
        for reference in references(document):
            node = document
            for key in reference.removeprefix("#/").split("/"):
                expect(key in node, f"{reference} leads nowhere")
                node = node[key]
        described, ids = set(), []
        for path, item in document["paths"].items():
            for method in item.keys() - {"parameters"}:
                ids.append(item[method]["operationId"])
                described.add((method.upper(), re.sub(r"\{\w+\}", "*", path)))
                expect(all(re.fullmatch(r"\d{3}", code) for code in item[method]["responses"]), path)
                named = {document["components"]["parameters"]["Name"]["name"]} if "parameters" in item else set()
                expect(set(re.findall(r"\{(\w+)\}", path)) == named, f"{path}: other parameters")
        expect(len(ids) == len(set(ids)), "an operation's name is given twice")
        routes = set(re.findall(r'^ROUTE\("(\w+)", "([^"]+)"', read(f"{source}/src/serve/routes.def").decode(), re.M))
        expect(described == routes, f"described: {described}, there: {routes}")
        try:
            import jsonschema
        except ImportError:
            print("python3 has no jsonschema: answers were not compared with the schemas")
            return
        def validate(name, answer):
            # The document is the root, so that references are found in it.
            jsonschema.Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]}).validate(json.loads(answer[2]))
        validate("Models", server.ask("GET", "/v1/models"))
        validate("Model", server.ask("GET", "/v1/models/texts"))
        validate("Health", server.ask("GET", "/healthz"))
        validate("Error", server.ask("GET", "/nothing"))
        validate("Answers", server.ask("POST", "/v1/models/shapes/predict", read(pictures[0])))
        validate("Answers", server.ask("POST", "/v1/models/shapes/predict?where=true", read(pictures[0])))
        validate("Answers", server.ask("POST", "/v1/models/shapes/predict", b"bad"))
        validate("Answers", server.ask("POST", "/v1/models/texts/predict", "fine"))


def check_page():
    with Server("shapes") as server:
        look_at_page(server)


def check_browser():
    """A picture is answered beside where the network looked, in both languages, wide and narrow."""
    with Server("shapes") as server:
        file = base64.b64encode(read(pictures[0])).decode()
        for language, width, words in (("en", 1280, "Where the network looked for"), ("es", 390, "Dónde miró la red para")):
            with Browser(language) as browser:
                browser.size(width)
                browser.open(server.address)
                browser.wait("models.length === 1 && !document.getElementById('files').hidden")
                browser.run(f"classifyFiles([new File([Uint8Array.from(atob('{file}'), c => c.charCodeAt(0))], 'a.png')])")
                browser.wait("document.querySelector('figure img') && document.querySelector('figure img').naturalWidth >= 224")
                expect(browser.run("document.querySelector('figcaption').textContent").startswith(words), words)
                expect(browser.run("document.querySelector('figure img').alt").startswith(words), "it is not said what it shows")
                expect(browser.run("document.documentElement.scrollWidth") == width, "the page is too wide")
                expect(not browser.errors, browser.errors)
                browser.picture(f"looked-{width}.png")


checks = {name.removeprefix("check_"): check for name, check in globals().items() if name.startswith("check_")}
if not PROGRAM:
    print("skipped: Chromium is not installed: the page was not looked at in a browser")
    del checks["browser"]
sys.exit(run_checks(checks, sys.argv[3:]))
