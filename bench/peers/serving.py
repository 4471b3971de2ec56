"""`lince serve` under load, beside the same weights in ONNX Runtime behind FastAPI and uvicorn, in turns: requests a second, and how long
the middle one and the 99th of a hundred waited.

    serving.py load LINCE RANDOM_MODEL MODEL SIZE [SECONDS]   1, 8 and 64 clients, each of which asks again once it was answered
    serving.py slow LINCE RANDOM_MODEL MODEL SIZE [SECONDS]   8 clients alone, and beside 1,000 that send a byte a second
    serving.py long LINCE RANDOM_MODEL [REQUESTS]             memory before, and after each 100,000, of so many small requests (a text each)
    serving.py peer FILE.onnx SIZE PORT                       the other server

RANDOM_MODEL: build/tests/random_model. Python with numpy, pillow, onnxruntime, fastapi and uvicorn. The clients are one process that
shares the machine with either server. Pictures have the size that the network sees.
"""
import asyncio
import contextlib
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


# --- the servers -------------------------------------------------------------------------------------


def peer(path, size, port):
    import fastapi
    import numpy
    import onnxruntime
    import uvicorn
    from PIL import Image

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    classes = json.loads(session.get_modelmeta().custom_metadata_map["lince.classes"])
    mean, std = numpy.array(MEAN, numpy.float32), numpy.array(STD, numpy.float32)
    app = fastapi.FastAPI()

    def answer(body):
        picture = Image.open(io.BytesIO(body)).convert("RGB").resize((size, size), Image.Resampling.BILINEAR)
        x = ((numpy.asarray(picture, numpy.float32) / 255 - mean) / std).transpose(2, 0, 1)[None]
        logits = session.run(None, {"input": x})[0][0]
        e = numpy.exp(logits - logits.max())
        return {"class": classes[int(e.argmax())], "probabilities": dict(zip(classes, (e / e.sum()).tolist()))}

    @app.post("/predict")
    async def predict(request: fastapi.Request):
        return await fastapi.concurrency.run_in_threadpool(answer, await request.body())

    @app.get("/healthz")
    def health():
        return {"status": "ok"}

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


@contextlib.contextmanager
def running(command, port, path):
    """(port, path to ask, process) of a server, once it answers."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").read()
                    break
                time.sleep(0.05)
            yield port, path, process
        finally:
            process.terminate()


def lince_server(lince, model, *more):
    """It chooses its kernels anew: what was measured on a busy machine is not what is fast."""
    os.environ["XDG_CACHE_HOME"] = os.path.dirname(model)
    command = [lince, "serve", f"m={model}", "--port", "8731", "--quiet", *more]
    return running(command, 8731, "/v1/models/m/predict")


def peer_server(onnx, size):
    return running([sys.executable, __file__, "peer", onnx, str(size), "8732"], 8732, "/predict")


def memory(process):
    """MiB."""
    with open(f"/proc/{process.pid}/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


# --- the clients -------------------------------------------------------------------------------------


async def ask(reader, writer, question):
    writer.write(question)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode())
    length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(length)


async def client(port, question, is_over, waits):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while not is_over(len(waits)):
        begin = time.perf_counter()
        await ask(reader, writer, question)
        waits.append(time.perf_counter() - begin)
    writer.close()


def post(path, kind, body):
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def drip(port, question):
    """A byte a second, until it is sent away."""
    with contextlib.suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        for byte in question:
            writer.write(bytes([byte]))
            await asyncio.sleep(1)


async def load(server, question, clients, seconds=None, requests=None, slow=0):
    """Requests a second and waits, after as many that are not counted as there are clients."""
    drips = [asyncio.create_task(drip(server[0], question)) for _ in range(slow)]
    await asyncio.sleep(3 if slow else 0)
    warm = []
    await asyncio.gather(*(client(server[0], question, lambda n: n >= 2 * clients, warm) for _ in range(clients)))
    waits, begin = [], time.perf_counter()
    over = (lambda n: n >= requests) if requests else (lambda n: time.perf_counter() - begin >= seconds)
    await asyncio.gather(*(client(server[0], question, over, waits) for _ in range(clients)))
    took = time.perf_counter() - begin
    for task in drips:
        task.cancel()
    return len(waits) / took, sorted(waits)


def tell(who, clients, found):
    rate, waits = found
    print(f"{who:32} {clients:3} clients {rate:8.1f} requests/s   p50 {1e3 * statistics.median(waits):7.1f} ms"
          f"   p99 {1e3 * waits[int(0.99 * (len(waits) - 1))]:7.1f} ms", flush=True)
    return waits[int(0.99 * (len(waits) - 1))]


# --- what is measured --------------------------------------------------------------------------------


def picture(size):
    import numpy
    from PIL import Image

    noise = numpy.random.default_rng(1).integers(0, 256, (size // 8, size // 8, 3), numpy.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).resize((size, size), Image.Resampling.BICUBIC).save(out, "JPEG", quality=90)
    return out.getvalue()


def make(lince, random_model, model, size, folder):
    weights, onnx = f"{folder}/model.safetensors", f"{folder}/model.onnx"
    subprocess.run([random_model, model, str(size), weights], check=True)
    subprocess.run([lince, "export", weights, onnx], check=True, capture_output=True)
    return weights, onnx


def measure_load(lince, random_model, model, size, seconds=4.0):
    with tempfile.TemporaryDirectory() as folder:
        weights, onnx = make(lince, random_model, model, size, folder)
        with lince_server(lince, weights) as ours, peer_server(onnx, size) as theirs:
            for clients in (1, 8, 64):
                for who, server in (("lince serve", ours), ("FastAPI, ONNX", theirs)):
                    question = post(server[1], "image/jpeg", picture(size))
                    tell(f"{model}, {who}", clients, asyncio.run(load(server, question, clients, float(seconds))))
            print(f"memory: lince {memory(ours[2]):.0f} MiB, the other {memory(theirs[2]):.0f} MiB")


def measure_slow(lince, random_model, model, size, seconds=6.0):
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    limits = ("--max-connections", "1200", "--max-per-address", "1200", "--max-seconds", "60")
    with tempfile.TemporaryDirectory() as folder:
        weights, _ = make(lince, random_model, model, size, folder)
        with lince_server(lince, weights, *limits) as server:
            question = post(server[1], "image/jpeg", picture(size))
            p99 = [tell(f"{model} beside {slow} slow clients", 8, asyncio.run(load(server, question, 8, float(seconds), slow=slow)))
                   for slow in (0, 1000, 0, 1000)]
            print(f"p99 with them: {(p99[1] + p99[3]) / (p99[0] + p99[2]):.2f} of that without")


def measure_long(lince, random_model, requests=100000):
    part, requests = 100000, int(requests)
    with tempfile.TemporaryDirectory() as folder:
        weights = f"{folder}/model.safetensors"
        subprocess.run([random_model, "gru", "30", weights, "last", "1", "1"], check=True)
        with lince_server(lince, weights, "--threads", "1") as server:
            question = post(server[1], "text/plain", b"a game that is not so bad")
            asyncio.run(load(server, question, 16, requests=2000))
            print(f"memory before {memory(server[2]):.1f} MiB")
            for done in range(0, requests, part):
                n = min(part, requests - done)
                tell("gru, texts", 16, asyncio.run(load(server, question, 16, requests=n)))
                print(f"memory after {done + n} requests {memory(server[2]):.1f} MiB", flush=True)


def main():
    what, *rest = sys.argv[1:]
    if what == "peer":
        return peer(rest[0], int(rest[1]), int(rest[2]))
    lince, random_model = (os.path.abspath(path) for path in rest[:2])
    if what == "long":
        return measure_long(lince, random_model, *rest[2:])
    measure = {"load": measure_load, "slow": measure_slow}[what]
    return measure(lince, random_model, rest[2], int(rest[3]), *rest[4:])


main()
