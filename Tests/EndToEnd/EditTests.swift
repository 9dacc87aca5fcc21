// SPDX-License-Identifier: Apache-2.0

import Testing

extension Mirroring {
    /// What people and programs do to files, while it is mirrored.
    @Suite struct EditTests {
        /// One thing that is done: `before` the daemons start, and then by `script` while they run.
        struct Edit: CustomTestStringConvertible {
            var testDescription: String
            var before = ""
            var script: String

            init(_ name: String, before: String = "", _ script: String) {
                testDescription = name
                self.before = before
                self.script = script
            }
        }

        @Test("Whatever is done to a tree is mirrored", arguments: files + renames + kinds + names + metadata)
        func edits(_ edit: Edit) async throws {
            try await withMirror { mirror in
                try await mirror.inSource(edit.before)
                try await mirror.start()
                try await mirror.converges()
                try await mirror.inSource(edit.script)
                try await mirror.converges()
                #expect(try await mirror.clientStatus()?.problemCount == 0)
            }
        }

        static let files = [
            Edit("lone files, written and removed", "echo 1 > a; echo 2 > b; rm a; : > c"),
            Edit(
                "5,000 files unpacked from a tar",
                before: """
                    mkdir $OUTSIDE/tar && cd $OUTSIDE/tar
                    for d in {1..50}; do mkdir $d; for f in {1..100}; do echo $d $f > $d/$f; done; done
                    tar cf $OUTSIDE/many.tar .
                    """, "tar xf $OUTSIDE/many.tar"),
            Edit(
                "an editor saves by rename, again and again", before: "echo 0 > file",
                "for i in {1..50}; do seq $i > .file.new; mv .file.new file; done"),
            Edit(
                "an editor keeps a backup while it writes", before: "echo 0 > file; chmod 0640 file",
                """
                for i in {1..20}; do
                    : > 4913; rm 4913
                    mv file file~; seq $i > file; chmod 0640 file; rm file~
                done
                """),
            Edit(
                "a file is changed in its place", before: "seq 1 100000 > file; seq 1 100000 > cut",
                """
                printf X | dd of=file bs=1 seek=1000 conv=notrunc status=none
                truncate -s 1000 cut
                echo more >> file
                """),
            Edit(
                "contents change while sizes and times don't", before: "printf a > file; touch -d 2001-02-03 file",
                "printf b > file; touch -d 2001-02-03 file"),
            Edit("a file with holes", "truncate -s 20M holes; echo end >> holes"),
            Edit(
                "a directory that is deleted and made again at once",
                before: "mkdir -p d/e; seq 9 > d/e/1; seq 8 > d/2",
                "for i in {1..10}; do rm -r d; mkdir -p d/e; echo $i > d/e/$i; done"),
        ]

        static let renames = [
            Edit("a chain of renames", before: "echo a > a; echo b > b; echo c > c", "mv c d; mv b c; mv a b"),
            Edit("a chain that overwrites", before: "echo a > a; echo b > b; echo c > c", "mv b c; mv a b"),
            Edit("two files swap", before: "echo a > a; echo b > b", "mv a x; mv b a; mv x b"),
            Edit(
                "two directories swap, again and again",
                before: "mkdir a b; echo 1 > a/1; echo 2 > b/2", "for i in {1..7}; do mv a x; mv b a; mv x b; done"),
            Edit(
                "three names go round", before: "echo a > a; echo b > b; echo c > c", "mv a x; mv b a; mv c b; mv x c"),
            Edit(
                "a directory moves into what was below it", before: "mkdir -p a/b/c; echo 1 > a/1; echo 2 > a/b/c/2",
                "mv a/b x; mv a x/a; mv x b"),
            Edit(
                "a directory is renamed while files are written in it", before: "mkdir d",
                """
                cd d
                for i in {1..300}; do echo $i > $i; echo more >> $i; done & writer=$!
                cd ..
                for i in {1..30}; do mv d e; mv e d; done
                wait $writer
                """),
            Edit(
                "trees are moved in from outside and out again",
                before: "mkdir -p $OUTSIDE/in/x/y out/p/q; seq 5 > $OUTSIDE/in/x/y/z; seq 6 > out/p/q/r",
                "mv $OUTSIDE/in .; mv out $OUTSIDE; mv in/x/y .; mv y $OUTSIDE; mv $OUTSIDE/y in"),
            Edit(
                "an empty directory is replaced by a full one", before: "mkdir empty full; echo 1 > full/1",
                "mv -T full empty"),
            Edit(
                "a renamed directory's files change", before: "mkdir d; seq 9 > d/1; seq 9 > d/2",
                "mv d e; seq 8 > e/1; rm e/2; mkdir e/3; mv e f; touch f/3/4"),
        ]

        static let kinds = [
            Edit("empty directories", before: "mkdir -p gone/gone", "mkdir -p a/b/c d; rmdir gone/gone gone"),
            Edit(
                "symbolic links", before: "ln -s old changed; mkdir d; ln -s d todir; ln -s gone removed",
                """
                ln -s nowhere dangling; ln -s /etc/passwd absolute; ln -s ../../.. upward
                ln -sfn new changed; ln -sfn d/.. todir; rm removed; ln -s "$(printf 'x%.0s' {1..4000})" long
                """),
            Edit(
                "files become directories and links, and back",
                before: "echo 1 > a; mkdir -p b/c; echo 2 > b/c/d; ln -s x l; mkdir m",
                """
                rm a; mkdir a; echo 3 > a/e
                rm -r b; echo 4 > b
                rm l; mkdir l; echo 5 > l/f
                rmdir m; ln -s b m
                for i in {1..5}; do rm -rf n; mkdir n; echo $i > n/x; rm -r n; echo $i > n; rm n; ln -s a n; done
                """),
            Edit(
                "hard links are files of their own", before: "echo 1 > a; ln a b",
                "ln a c; echo 2 >> a; mkdir d; mv b d/b; ln c d/e; rm a"),
        ]

        static let names = [
            Edit(
                "names of any bytes",
                #"""
                echo 1 > $'not-utf-8-\xff\xfe'; mkdir $'\x80'; echo 2 > $'\x80/\x81'; echo 3 > $'new\nline'
                echo 4 > ' space '; echo 5 > '-rf'; echo 6 > '*'; echo 7 > '\'; echo 8 > $'\x01\x7f'; echo 9 > '%2e%2e'
                echo 10 > 'é'; echo 11 > $'e\xcc\x81'; echo 12 > '...'; mv $'new\nline' $'other\nline\n'
                """#),
            Edit(
                "names of 255 bytes", before: "long=$(printf 'n%.0s' {1..255}); echo 1 > $long; mkdir ${long/n/d}",
                "long=$(printf 'n%.0s' {1..255}); mv $long ${long/n/m}; echo 2 > ${long/n/d}/${long/n/f}"),
            Edit(
                "a path of nearly 4 KB",
                "for i in {1..19}; do d=$(printf 'd%.0s' {1..200}); mkdir $d; cd ./$d; echo $i > f; done; mv f g"),
        ]

        static let metadata = [
            Edit(
                "modes", before: "for f in a b c d; do echo $f > $f; done; mkdir e; echo 1 > e/f",
                "chmod 0600 a; chmod 0444 b; chmod 0000 c; chmod 4755 d; chmod 0555 e; mkdir -m 1777 g; chmod 0700 e"),
            Edit(
                "a file is added to a directory that nobody may write", before: "mkdir d; echo 1 > d/1; chmod 0555 d",
                "echo 2 > d/2; mkdir d/3; rm d/1 2> /dev/null || { chmod 0755 d; rm d/1; chmod 0555 d; }"),
            Edit(
                "times", before: "echo 1 > a; mkdir d; ln -s x l",
                """
                touch -d '1969-12-31 23:59:59.123456789 UTC' a; touch -d '2001-02-03 04:05:06.000000001' d
                touch -h -d '2010-11-12 13:14:15.999999999' l; echo 2 > b; touch -d '2100-01-01' b
                """),
        ]
    }
}
