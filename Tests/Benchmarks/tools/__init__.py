# SPDX-License-Identifier: Apache-2.0
"""What is measured: Syncbox, its peers, and the floors below which nothing can be."""
from tools.floors import Copy, Inotify, Tar
from tools.lsyncd import Lsyncd, LsyncdAtOnce
from tools.rsync import Rsync, RsyncWhole
from tools.syncbox import Syncbox, SyncboxRelaxed
from tools.syncthing import Syncthing
from tools.unison import Unison

TOOLS = {tool.name: tool for tool in (
    Copy, Tar, Inotify, Rsync, RsyncWhole, Lsyncd, LsyncdAtOnce, Syncthing, Unison, Syncbox, SyncboxRelaxed)}
# Those that go on mirroring by themselves, beside Syncbox.
LIVE_PEERS = ("lsyncd", "lsyncd-at-once", "syncthing", "unison")
