# SPDX-License-Identifier: Apache-2.0
"""The closed room in which one tool runs: a control group, a network namespace, a directory for its state."""
import os
import re
import signal
import subprocess
import threading
import time

from network import Network

PAGE = os.sysconf("SC_PAGE_SIZE")
# Control groups of the first version, in the hierarchy that counts CPU time; and of the second.
CPUACCT, UNIFIED = "/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup"
# Rest: three windows of a second, each with less CPU and wire than this.
IDLE_WINDOWS, IDLE_WINDOW, IDLE_CORES, IDLE_BYTES = 3, 1.0, 0.05, 10_000
SAMPLE_SECONDS = 0.05
_count = 0


class Cell:
    """Starts the processes of one tool, and counts what they use, those that have ended included."""

    def __init__(self, state):
        global _count
        _count += 1
        self.state = state
        self.first_version = os.path.isdir(CPUACCT)
        self.group = f"{CPUACCT if self.first_version else UNIFIED}/syncbox-bench-{os.getpid()}-{_count}"
        os.mkdir(self.group)
        self.network = Network()
        self.children = []
        self.peak = 0
        self._stopping = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()

    def spawn(self, command, log="log", environment=None):
        """Starts `command` in the cell; what it says goes to the file `log` of the state directory."""
        variables = dict(os.environ, LC_ALL="C.UTF-8", TMPDIR=self.state, HOME=self.state, **(environment or {}))
        words = ["sh", "-c", 'echo $$ >"$0" && exec "$@"', f"{self.group}/cgroup.procs", *map(str, command)]
        with open(f"{self.state}/{log}", "ab") as output:
            child = subprocess.Popen(
                self.network.enter(words), env=variables, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True)
        self.children.append(child)
        return child

    def run(self, command, limit=600, **options):
        """Runs `command` in the cell to its end."""
        child = self.spawn(command, **options)
        code = child.wait(limit)
        if code != 0:
            raise RuntimeError(f"{command[0]} ended with {code}; see {self.state}")

    def processes(self):
        """The identifiers of the processes that run in the cell."""
        with open(f"{self.group}/cgroup.procs") as list_of_processes:
            return [int(line) for line in list_of_processes]

    def cpu(self):
        """The CPU seconds used so far."""
        if self.first_version:
            with open(f"{self.group}/cpuacct.usage") as counter:
                return int(counter.read()) / 1e9
        with open(f"{self.group}/cpu.stat") as counters:
            return int(re.search(r"usage_usec (\d+)", counters.read())[1]) / 1e6

    def resident(self):
        """The bytes that all processes together have resident now; what they share counts more than once."""
        return sum(_statm(process) for process in self.processes())

    def reset_peaks(self):
        """Lets the peaks begin with what is resident now. proc(5), clear_refs: 5 resets the peak of a process."""
        for process in self.processes():
            try:
                with open(f"/proc/{process}/clear_refs", "w") as control:
                    control.write("5")
            except OSError:
                pass
        self.peak = self.resident()

    def peak_of(self, child):
        """The most that `child` and its children had resident, each since the peaks were reset, in bytes:
        proc_pid_status(5), VmHWM."""
        return sum(_field(f"/proc/{process}/status", "VmHWM") for process in self._session(child))

    def memory_of(self, child):
        """The memory of `child` and its children, in bytes. What processes share is divided among them: smaps(5), Pss."""
        return sum(_field(f"/proc/{process}/smaps_rollup", "Pss") for process in self._session(child))

    def anonymous_of(self, child):
        """What of it is no file's: the heap, above all. Nothing else on the machine makes it smaller."""
        return sum(_field(f"/proc/{process}/smaps_rollup", "Pss_Anon") for process in self._session(child))

    def _session(self, child):
        """Each child of ours begins a session, whose number is its own."""
        found = []
        for process in self.processes():
            try:
                if os.getsid(process) == child.pid:
                    found.append(process)
            except ProcessLookupError:
                pass
        return found

    def _sample(self):
        while not self._stopping.wait(SAMPLE_SECONDS):
            self.peak = max(self.peak, self.resident())

    def wait_idle(self, limit=20):
        """Returns True once the tool has used next to no CPU, and sent nothing to speak of, for some windows in a row: one
        may pass while a busy disk syncs. False when `limit` seconds are over first."""
        end = time.monotonic() + limit
        cpu, wire, idle = self.cpu(), self.network.wire(), 0
        while time.monotonic() < end:
            time.sleep(IDLE_WINDOW)
            used, sent = self.cpu() - cpu, self.network.wire() - wire
            cpu, wire = cpu + used, wire + sent
            idle = idle + 1 if used < IDLE_CORES * IDLE_WINDOW and sent < IDLE_BYTES else 0
            if idle == IDLE_WINDOWS:
                return True
        return False

    def end(self, children, limit=10):
        """Asks `children` to end, and kills what takes longer than `limit` seconds."""
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in children:
            try:
                child.wait(limit)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def close(self):
        """Ends whatever runs in the cell, and removes the cell."""
        self._stopping.set()
        self._sampler.join()
        self.end(self.children)
        for _ in range(100):
            left = self.processes()
            if not left:
                break
            for process in left:
                try:
                    os.kill(process, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.05)
        self.network.close()
        os.rmdir(self.group)


def _statm(process):
    try:
        with open(f"/proc/{process}/statm") as counters:
            return int(counters.read().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def _field(path, name):
    try:
        with open(path) as table:
            found = re.search(rf"^{name}:\s+(\d+)", table.read(), re.MULTILINE)
        return int(found[1]) * 1024 if found else 0
    except OSError:
        return 0
