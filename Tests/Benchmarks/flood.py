# SPDX-License-Identifier: Apache-2.0
"""What one share's clients notice of another share that is flooded: the latency of small puts, alone and beside."""
import http.client
import json
import multiprocessing
import os
import shutil
import subprocess
import time

from shell import shell

FLOODING = 32
PUTS = 300


def flood(place, report):
    """Runs a server with two shares and measures. Answers a table."""
    directory = f"{os.path.abspath(place)}/flood"
    shutil.rmtree(directory, ignore_errors=True)
    server, port = _start(directory)
    try:
        quiet = _latencies(port, f"{directory}/calm.key")
        stop = multiprocessing.Event()
        flooding = [
            multiprocessing.Process(target=_flood, args=(port, f"{directory}/busy.key", number, stop), daemon=True)
            for number in range(FLOODING)
        ]
        for each in flooding:
            each.start()
        time.sleep(2)
        beside = _latencies(port, f"{directory}/calm.key")
        stop.set()
        for each in flooding:
            each.join()
    finally:
        server.terminate()
        server.wait()
    with open(f"{report}/flood.json", "w", encoding="utf-8") as file:
        json.dump({"alone": quiet, "beside": beside}, file)
    return "\n".join(f"{name:8} {_line(times)}" for name, times in (("alone", quiet), ("beside", beside)))


def _start(directory):
    binaries, port = os.environ["SYNCBOX_BINARIES"], 18730
    settings = [f"[server]\nlisten = 127.0.0.1:{port}\nstate-directory = {directory}/state\n"]
    for share in ("calm", "busy"):
        os.makedirs(f"{directory}/{share}")
        settings.append(f"[share:{share}]\npath = {directory}/{share}\n")
        settings.append(shell([f"{binaries}/syncbox", "key", "new", share, "--share", share, "--output",
                               f"{directory}/{share}.key"]))
    with open(f"{directory}/server.conf", "w", encoding="utf-8") as file:
        file.write("\n".join(settings))
    with open(f"{directory}/server.log", "w", encoding="utf-8") as log:
        server = subprocess.Popen([f"{binaries}/syncbox-server", "--config", f"{directory}/server.conf"], stderr=log)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return server, port
        except OSError:
            time.sleep(0.05)
    server.kill()
    raise RuntimeError(f"the server does not answer; see {directory}/server.log")


def _put(connection, key, target, body):
    connection.request("PUT", target, body, {"Authorization": f"Bearer {key}"})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _latencies(port, key_file):
    """Seconds that each of so many puts takes."""
    with open(key_file, encoding="utf-8") as file:
        key = file.read().strip()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times = []
    for number in range(PUTS):
        started = time.monotonic()
        status = _put(connection, key, f"/v1/shares/calm/files/{number % 50}", b"x" * 4096)
        times.append(time.monotonic() - started)
        if status not in (201, 204):
            raise RuntimeError(f"a put is answered with {status}")
    return times


def _flood(port, key_file, number, stop):
    with open(key_file, encoding="utf-8") as file:
        key = file.read().strip()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    count = 0
    while not stop.is_set():
        count += 1
        _put(connection, key, f"/v1/shares/busy/files/{number}/{count % 50}", b"y" * 65536)


def _line(times):
    ordered = sorted(times)
    last = len(ordered) - 1
    told = [("median", 0.5), ("95 %", 0.95), ("99 %", 0.99), ("longest", 1)]
    return ", ".join(f"{name} {1000 * ordered[min(last, int(len(ordered) * part))]:.1f} ms" for name, part in told)
