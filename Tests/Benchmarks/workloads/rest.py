# SPDX-License-Identifier: Apache-2.0
"""A large tree that is in sync: at rest, and when the client is started again."""
import os
import time

from noise import Noise
from templates import template
from trial import Trial, content_of

SECONDS = 30
RESTART_LIMIT = 120
IDLE_LIMIT = 300


def rest(place, tool, _):
    """100,000 files in 5,000 directories. Nothing happens for 30 seconds; then the client is started again, and a file made
    at that moment."""
    with Trial(place, tool, template(place, "100000")) as trial:
        ready = trial.start()
        trial.cell.wait_idle(limit=IDLE_LIMIT)
        resting = dict(_rest(trial), ready=ready)
        trial.tool.stop_client()
        time.sleep(1)
        content = os.urandom(4096)
        trial.begin()
        trial.tool.start_client()
        with open(f"{trial.source}/outer25/new", "wb") as file:
            file.write(content)
        arrived = None
        while arrived is None and time.time() - trial.began < RESTART_LIMIT:
            if content_of(f"{trial.destination}/outer25/new") == content:
                arrived = time.time() - trial.began
            time.sleep(0.01)
        trial.cell.wait_idle(limit=IDLE_LIMIT)
        restarted = trial.end()
        restarted.update(time=arrived, converged=restarted["converged"] and arrived is not None)
        return {"rest": resting, "restart": restarted}


def _rest(trial):
    """What the tool uses while nothing happens."""
    noise, cpu, wire = Noise(trial.cell), trial.cell.cpu(), trial.cell.network.wire()
    memory = {f"{side}_memory": trial.cell.memory_of(daemon)
              for side in ("client", "server") if (daemon := getattr(trial.tool, side))}
    time.sleep(SECONDS)
    return dict(memory, memory=sum(memory.values()), cpu=trial.cell.cpu() - cpu, wire=trial.cell.network.wire() - wire,
                noise=noise.cores(), converged=True)
