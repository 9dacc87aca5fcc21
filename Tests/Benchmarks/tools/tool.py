# SPDX-License-Identifier: Apache-2.0
"""What the benchmark asks of a tool."""


class Tool:
    """One way to mirror a source to a destination. A live tool is started and goes on by itself; any other is run once
    after each change, by `sync`."""

    name = ""
    # What the table says of it.
    settings = ""
    is_live = True
    # Whether it mirrors what was in the source before it started.
    mirrors_old = True
    # Whether it uses next to nothing when there is nothing to do.
    rests = True
    # The entries at the top of either tree that are the tool's own.
    ignored = ()

    def __init__(self, cell, source, destination):
        self.cell, self.source, self.destination = cell, source, destination
        self.state = cell.state
        self.server = None
        self.client = None

    @classmethod
    def version(cls):
        """What the tool says that it is."""
        return ""

    def prepare(self):
        """Writes settings and makes keys; not measured."""

    def start_server(self):
        """Starts what writes the destination, where there is such a thing."""

    def start_client(self):
        """Starts what watches the source."""

    def wait_confirmed(self):
        """Returns when everything that was there at the start is mirrored, where the tool can tell."""

    def stop_client(self):
        """Ends what watches the source."""
        if self.client:
            self.cell.end([self.client])
        self.client = None

    def sync(self):
        """Makes the destination equal to the source; of tools that are not live."""
        raise NotImplementedError

    def write(self, name, text):
        """Writes a file of settings into the tool's state directory, and answers its path."""
        path = f"{self.state}/{name}"
        with open(path, "w") as file:
            file.write(text)
        return path
