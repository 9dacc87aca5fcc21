# SPDX-License-Identifier: Apache-2.0
"""What the tools are put to. A workload takes the place, a tool, and the numbers of its round, and answers what was counted
for each of its rows."""
from collections import namedtuple

from workloads.append import append
from workloads.copy_and_touch import copy_and_touch
from workloads.edit import edit
from workloads.latency import latency
from workloads.rest import rest
from workloads.simple import burst, first_sync, large_file, rename
from workloads.version_control import version_control

Workload = namedtuple("Workload", "run tools")

# Tools that can't do a workload in reasonable time, or to which it means nothing, are not put to it.
WORKLOADS = {
    "first-sync": Workload(first_sync, "cp tar rsync-whole lsyncd syncthing unison syncbox syncbox-relaxed".split()),
    "burst": Workload(
        burst, "cp tar inotify lsyncd lsyncd-at-once syncthing unison syncbox syncbox-relaxed".split()),
    "large-file": Workload(large_file, "cp rsync-whole lsyncd syncthing syncbox".split()),
    "latency": Workload(latency, "inotify lsyncd-at-once syncthing unison syncbox syncbox-relaxed".split()),
    "edit": Workload(edit, "cp rsync lsyncd lsyncd-at-once syncthing syncbox".split()),
    "append": Workload(append, "lsyncd syncthing syncbox".split()),
    "copy-and-touch": Workload(copy_and_touch, "rsync lsyncd syncthing syncbox".split()),
    "rename": Workload(rename, "rsync lsyncd syncthing unison syncbox".split()),
    "rest": Workload(rest, "lsyncd syncthing syncbox".split()),
    "git": Workload(version_control, "lsyncd syncthing unison syncbox".split()),
}
