// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension BootedSystemd {
    /// That what the units forbid is forbidden: a program that tries it, started by the unit in the daemon's place.
    @Suite struct SandboxTests {
        @Test(
            "Whatever the units take away is refused to a program in the daemon's place",
            arguments: ["syncbox-server.service", "syncbox-client@src.service"])
        func refused(name: String) async throws {
            try await Mirror.withPackages { mirror in
                try await mirror.setUp()
                let unit = Unit(box: mirror.box, name: name)
                try await mirror.box.run("cat >/usr/local/bin/probe <<'END'\n\(Self.probe)\nEND")
                try await mirror.box.run("install -m 4755 /usr/bin/id /usr/local/bin/root-id")
                // The program can tell: root is refused little, and nobody gains root where nothing forbids it.
                let free = try await mirror.box.run("python3 /usr/local/bin/probe")
                #expect(free.split(separator: "\n").count { $0.hasSuffix(": done") } > 15, "\(free)")
                #expect(try await mirror.box.run("runuser -u nobody -- /usr/local/bin/root-id -u") == "0\n")
                try await unit.override(
                    """
                    [Service]
                    Type=oneshot
                    Restart=no
                    WatchdogSec=0
                    ExecStart=
                    ExecStart=/usr/bin/python3 /usr/local/bin/probe
                    """)
                try await mirror.box.run("systemctl start '\(name)'")
                let lines = try await unit.journal("-t python3").compactMap { $0["MESSAGE"] }
                // Each as `name: outcome`.
                let outcomes = Dictionary(
                    lines.map { ($0.prefix { $0 != ":" }.description, $0) }, uniquingKeysWith: { $1 })
                #expect(outcomes.count > 25, "\(lines)")
                #expect(outcomes.values.filter { !$0.hasSuffix(": refused") }.sorted() == [])
            }
        }

        /// Tries what the directives are about, each by a call that root's daemons could make: what is missing is refused.
        private static let probe = #"""
            import ctypes, errno, os, socket, subprocess
            libc = ctypes.CDLL(None, use_errno=True)
            def attempt(name, body):
                # Each in a child: what succeeds must not change what follows.
                child = os.fork()
                if child == 0:
                    try: os._exit(1 if body() == -1 else 0)
                    except OSError: os._exit(1)
                    finally: os._exit(2)
                code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                print(name + ": " + {0: "done", 1: "refused"}.get(code, "broken"), flush=True)
            def call(number, *arguments):
                return lambda: libc.syscall(number, *arguments)
            def gain():
                told = subprocess.run(["/usr/local/bin/root-id", "-u"], capture_output=True).stdout
                return 0 if told == b"0\n" else -1
            for place in ["/etc", "/usr", "/boot", "/var/lib", "/root", "/home", "/opt", "/srv", "/dev"]:
                attempt("ProtectSystem " + place, lambda: os.close(os.open(place + "/.probe", os.O_CREAT | os.O_WRONLY)))
            attempt("ProtectHome /home", lambda: os.mkdir("/home/probe"))
            attempt("ProtectKernelTunables", lambda: os.close(os.open("/proc/sys/kernel/hostname", os.O_WRONLY)))
            attempt("ProtectKernelTunables sys", lambda: os.close(os.open("/sys/kernel/mm/ksm/run", os.O_WRONLY)))
            attempt("ProtectControlGroups", lambda: os.mkdir("/sys/fs/cgroup/probe"))
            attempt("ProtectKernelLogs", lambda: os.open("/dev/kmsg", os.O_RDONLY))
            attempt("ProtectKernelLogs syslog", call(103, 3, 0, 0))
            attempt("ProtectKernelModules", call(175, 0, 0, b""))
            attempt("ProtectClock", call(227, 0, 0))
            attempt("ProtectHostname", lambda: libc.sethostname(b"probe", 5))
            attempt("PrivateDevices", lambda: os.open("/dev/mem", os.O_RDONLY))
            attempt("PrivateDevices mknod", lambda: os.mknod("/run/probe-device", 0o20600, os.makedev(1, 5)))
            attempt("ProtectProc", lambda: os.listdir("/proc/1"))
            attempt("RestrictNamespaces user", call(272, 0x10000000))
            attempt("RestrictNamespaces mount", call(272, 0x20000))
            attempt("RestrictRealtime", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)))
            attempt("LockPersonality", lambda: libc.personality(0x0040000))
            attempt("MemoryDenyWriteExecute", lambda: libc.syscall(9, 0, 4096, 7, 0x22, -1, 0))
            for family, name in [(16, "NETLINK"), (17, "PACKET"), (40, "VSOCK"), (38, "ALG")]:
                attempt("RestrictAddressFamilies " + name, lambda: socket.socket(family, socket.SOCK_DGRAM).close())
            attempt("SystemCallFilter mount", lambda: libc.mount(b"none", b"/mnt", b"tmpfs", 0, None))
            attempt("SystemCallFilter ptrace", call(101, 0, 0, 0, 0))
            attempt("SystemCallFilter bpf", call(321, 0, 0, 0))
            attempt("SystemCallFilter chroot", lambda: os.chroot("/"))
            attempt("SystemCallFilter reboot", call(169, 0, 0, 0))
            attempt("SystemCallFilter swapon", call(167, b"/x", 0))
            attempt("SystemCallFilter keyctl", call(250, 0, 0))
            attempt("SystemCallFilter chown", lambda: os.chown("/proc/self/fd/1", 0, 0))
            attempt("SystemCallFilter setuid", lambda: os.setuid(0))
            attempt("NoNewPrivileges", gain)
            """#

        @Test("The units' exposure, as systemd-analyze counts it, is at most 1.5 for the server and 2.5 for the client")
        func exposure() async throws {
            try await Mirror.withPackages { mirror in
                for (name, most) in [("syncbox-server.service", 15), ("syncbox-client@src.service", 25)] {
                    try await mirror.box.run("systemd-analyze security --no-pager --threshold=\(most) '\(name)'")
                }
            }
        }

        @Test("A user's own client mirrors what belongs to them, without root")
        func userUnit() async throws {
            try await Mirror.withDaemons { mirror in
                try await mirror.box.run(
                    """
                    useradd --create-home someone
                    printf '[share:own]\\npath = /srv/mirror/own\\n\\n' >>/etc/syncbox/server.conf
                    install -d -o syncbox-server -g syncbox-server /srv/mirror/own
                    home=~someone; settings=$home/.config/syncbox/client
                    install -d -o someone $home/tree $home/.config $home/.config/syncbox $settings
                    syncbox key new someone --share own --output $settings/own.key >>/etc/syncbox/server.conf
                    printf '[client]\\nsource = %s\\nserver = http://127.0.0.1:8730\\nshare = own\\nkey-file = %s\\n' \
                        $home/tree $settings/own.key >$settings/own.conf
                    chown -R someone $settings
                    systemctl restart syncbox-server
                    systemctl start user@$(id -u someone).service
                    """)
                let asUser =
                    "runuser -u someone -- env XDG_RUNTIME_DIR=/run/user/$(id -u someone) systemctl --user"
                try await mirror.box.run("\(asUser) start syncbox-client@own")
                try await mirror.box.run("runuser -u someone -- sh -c 'echo hello >~someone/tree/a'")
                try await eventually("it is mirrored") {
                    try await mirror.box.attempt("cmp ~someone/tree/a /srv/mirror/own/a").exitCode == 0
                }
                let pid = try await mirror.box.run("\(asUser) show -P MainPID syncbox-client@own")
                let status = try await mirror.box.run("cat /proc/\(pid.trimmingCharacters(in: .newlines))/status")
                #expect(status.contains("NoNewPrivs:\t1\n") && status.contains("Seccomp:\t2\n"))
                #expect(status.contains("CapEff:\t0000000000000000\n"))
                try await mirror.box.run(
                    "runuser -u someone -- syncbox status --socket /run/user/$(id -u someone)/syncbox-client/own/control.sock"
                )
            }
        }
    }
}
