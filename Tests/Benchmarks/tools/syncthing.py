# SPDX-License-Identifier: Apache-2.0
"""Syncthing, a send-only folder to a receive-only one."""
import os

from shell import first_line, shell
from tools.tool import Tool

VARIABLES = {"STNODEFAULTFOLDER": "1", "STNOUPGRADE": "1"}
SENDER, RECEIVER = 1, 2


class Syncthing(Tool):
    """Two instances that know only each other. The watcher gathers for a second, the least that it takes; 10 seconds are
    its default."""

    name, settings = "syncthing", "sendonly to receiveonly, fsWatcherDelayS = 1, no compression"
    ignored = (".stfolder", ".stignore", ".stversions")

    @classmethod
    def version(cls):
        return " ".join(first_line(["syncthing", "--version"]).split()[:2])

    def prepare(self):
        variables = dict(os.environ, HOME=self.state, **VARIABLES)
        devices = {}
        for side in (SENDER, RECEIVER):
            home = f"--home={self.state}/{side}"
            shell(["syncthing", "generate", home, "--no-default-folder"], env=variables)
            devices[side] = shell(["syncthing", home, "--device-id"], env=variables).split()[-1]
        for side, directory, kind in ((SENDER, self.source, "sendonly"), (RECEIVER, self.destination, "receiveonly")):
            os.makedirs(f"{directory}/.stfolder", exist_ok=True)
            self.write(f"{side}/config.xml", _settings(side, directory, kind, devices))

    def start_server(self):
        self.server = self._start(RECEIVER)

    def start_client(self):
        self.client = self._start(SENDER)

    def _start(self, side):
        words = ["syncthing", "serve", f"--home={self.state}/{side}", "--no-browser", "--no-restart", "--no-upgrade"]
        return self.cell.spawn(words, log=f"{side}.log", environment=VARIABLES)


def _settings(side, directory, kind, devices):
    members = "".join(f'<device id="{device}"></device>' for device in devices.values())
    addresses = "".join(
        f'<device id="{device}" name="{other}" compression="never">'
        f'<address>tcp://127.0.0.1:{22000 + other}</address></device>'
        for other, device in devices.items())
    return f"""<configuration version="36">
<folder id="bench" label="bench" path="{directory}" type="{kind}" rescanIntervalS="3600" fsWatcherEnabled="true"
 fsWatcherDelayS="1" ignorePerms="false" autoNormalize="true"><filesystemType>basic</filesystemType>{members}
<minDiskFree unit="%">1</minDiskFree><markerName>.stfolder</markerName></folder>
{addresses}
<gui enabled="true" tls="false"><address>127.0.0.1:{8380 + side}</address><apikey>bench</apikey></gui>
<options><listenAddress>tcp://127.0.0.1:{22000 + side}</listenAddress>
<globalAnnounceEnabled>false</globalAnnounceEnabled><localAnnounceEnabled>false</localAnnounceEnabled>
<relaysEnabled>false</relaysEnabled><natEnabled>false</natEnabled><startBrowser>false</startBrowser>
<urAccepted>-1</urAccepted><crashReportingEnabled>false</crashReportingEnabled>
<autoUpgradeIntervalH>0</autoUpgradeIntervalH><reconnectionIntervalS>1</reconnectionIntervalS>
<setLowPriority>false</setLowPriority><progressUpdateIntervalS>-1</progressUpdateIntervalS></options>
</configuration>
"""
