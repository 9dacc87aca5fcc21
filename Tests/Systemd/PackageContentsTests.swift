// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

extension BootedSystemd {
    /// What lies in the packages beside the programs.
    @Suite struct PackageContentsTests {
        @Test("Every program has its manual page and its completions, and every settings file its page")
        func papers() async throws {
            try await Mirror.withPackages { mirror in
                for program in ["syncbox", "syncbox-server", "syncbox-client"] {
                    let files = try await mirror.box.run("dpkg-query -L \(program)").split(separator: "\n").map(
                        String.init)
                    for file in [
                        "/usr/share/bash-completion/completions/\(program)",
                        "/usr/share/zsh/vendor-completions/_\(program)",
                        "/usr/share/fish/vendor_completions.d/\(program).fish",
                        "/usr/share/man/" + (program == "syncbox" ? "man1/syncbox.1.gz" : "man8/\(program).8.gz"),
                    ] {
                        #expect(files.contains(file))
                    }
                    if program != "syncbox" { #expect(files.contains("/usr/share/man/man5/\(program).conf.5.gz")) }
                }
            }
        }

        @Test("The alerts and the dashboard are there, as they are in the sources")
        func monitoring() async throws {
            try await Mirror.withPackages { mirror in
                let listed = try await mirror.box.run("cd /usr/share/syncbox; ls; grep -c 'alert: ' syncbox.rules.yml")
                #expect(listed == "grafana-dashboard.json\nprometheus.yml\nsyncbox.rules.yml\n14\n")
            }
        }

        @Test("bash completes the names of instances, and syncbox lists and logs them, running or not")
        func instances() async throws {
            try await Mirror.withDaemons { mirror in
                try await mirror.box.run("cp /etc/syncbox/client/src.conf /etc/syncbox/client/docs.conf")
                let completed = try await mirror.box.run(
                    """
                    bash -c 'source /usr/share/bash-completion/completions/syncbox
                    COMP_LINE="syncbox status d" COMP_POINT=16 COMP_WORDS=(syncbox status d) COMP_CWORD=2
                    _syncbox syncbox d status; echo "${COMPREPLY[@]}"'
                    """)
                #expect(completed == "docs\n")
                let listed = try await mirror.box.run("syncbox status")
                #expect(listed.contains("\ndocs      stopped"))
                #expect(listed.contains("\nsrc       "))
                let checked = try await mirror.box.run("syncbox check-config")
                #expect(checked.split(separator: "\n").count { $0.hasSuffix(": OK") } == 3)
                let log = try await mirror.box.run("syncbox log src --lines 100")
                #expect(log.contains("watching 1 directories of /srv/src"))
                let problems = try await mirror.box.run("syncbox log src --problems")
                #expect(!problems.contains("watching 1 directories of /srv/src"))
                let meant = try await mirror.box.attempt("syncbox wait dosc 2>&1")
                #expect(meant.exitCode == 66)
                #expect(meant.output.contains("did you mean:     docs"))
                let stopped = try await mirror.box.attempt("syncbox wait docs 2>&1")
                #expect(stopped.exitCode == 69)
                #expect(stopped.output.contains("is not running"))
            }
        }
    }
}
