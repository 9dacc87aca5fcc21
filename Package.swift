// swift-tools-version:6.2
// SPDX-License-Identifier: Apache-2.0
//
// The rooms of the house and who may enter which. `Sources/README.md` tells what each is for;
// `Tests/House` fails when a file imports what its row here does not permit.

import PackageDescription

let package = Package(
    name: "syncbox",
    products: [
        .executable(name: "syncbox-server", targets: ["syncbox-server"]),
        .executable(name: "syncbox-client", targets: ["syncbox-client"]),
        .executable(name: "syncbox", targets: ["syncbox"]),
    ],
    dependencies: [
        // No traits: the default ones and full Foundation bring ICU, 45 MB a binary.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // System libraries: module maps, and shims for variadic C and bare system calls.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .target(name: "CLinux"),
        // XXH3 from the header of libxxhash-dev, compiled in.
        .target(name: "CXXHash"),

        // Every decision, as pure values.
        .target(name: "SyncboxCore"),

        // Thin wrappers, each round one outside thing.
        .target(name: "SyncboxFiles", dependencies: ["SyncboxCore", "CLinux", "CXXHash", .crypto]),
        .target(name: "Systemd", dependencies: ["CSystemd", .logging]),
        .target(name: "CurlHTTP", dependencies: ["CCurl", "CLinux"]),
        .target(name: "PreparedSQL", dependencies: [.grdb, .sqlite]),
        .target(name: "SyncboxLink", dependencies: ["SyncboxCore", "CurlHTTP"]),
        .target(name: "SyncboxTLS", dependencies: ["SyncboxCore", "SyncboxFiles", .nioSSL]),
        .target(
            name: "SyncboxDaemon",
            dependencies: [
                "SyncboxCore", "SyncboxFiles", "Systemd", "CLinux", .hummingbird, .httpTypes, .nioCore, .lifecycle,
                .unixSignals, .logging,
            ]),

        // The two halves of the way of a change.
        .target(
            name: "SyncboxServer",
            dependencies: [
                "SyncboxCore", "SyncboxFiles", "PreparedSQL", "SyncboxTLS", "SyncboxDaemon", "Systemd", .hummingbird,
                .hummingbirdCore, .httpTypes, .nioCore, .nioPosix, .nioSSL, .nioTLS, .grdb, .crypto, .lifecycle,
                .logging,
            ]),
        .target(
            name: "SyncboxClient",
            dependencies: [
                "SyncboxCore", "SyncboxFiles", "CurlHTTP", "PreparedSQL", "SyncboxLink", "SyncboxDaemon", "Systemd",
                .grdb,
                .lifecycle, .logging,
            ]),

        // Composition roots and the command line.
        .executableTarget(
            name: "syncbox-server", dependencies: ["SyncboxServer", "SyncboxDaemon", "SyncboxCore", .argumentParser]),
        .executableTarget(
            name: "syncbox-client", dependencies: ["SyncboxClient", "SyncboxDaemon", "SyncboxCore", .argumentParser]),
        .executableTarget(
            name: "syncbox",
            dependencies: [
                "SyncboxCore", "SyncboxFiles", "SyncboxTLS", "SyncboxLink", "CurlHTTP", "CLinux", .crypto,
                .argumentParser,
            ]),

        .testTarget(name: "SyncboxCoreTests", dependencies: ["SyncboxCore"]),
        .testTarget(name: "SyncboxFilesTests", dependencies: ["SyncboxFiles", "SyncboxCore", "CLinux"]),
        .testTarget(name: "CurlHTTPTests", dependencies: ["CurlHTTP"]),
        .testTarget(
            name: "SyncboxDaemonTests",
            dependencies: ["SyncboxDaemon", "Systemd", "SyncboxCore", .httpTypes, .lifecycle, .logging]),
        .testTarget(
            name: "SyncboxServerTests",
            dependencies: [
                "SyncboxServer", "SyncboxFiles", "SyncboxDaemon", "SyncboxCore", "Systemd", "CLinux", .hummingbird,
                .hummingbirdTesting, .grdb, .crypto, .lifecycle, .logging,
            ]),
        .testTarget(
            name: "SyncboxClientTests",
            dependencies: ["SyncboxClient", "SyncboxFiles", "SyncboxCore", "CurlHTTP", .grdb, .logging]),
        .testTarget(
            name: "syncboxTests",
            dependencies: ["syncbox", "SyncboxCore", "SyncboxDaemon", .lifecycle, .logging]),
        .testTarget(name: "Simulation", dependencies: ["SyncboxCore"], exclude: ["README.md", "bite"]),
        .testTarget(
            name: "EndToEnd", dependencies: ["syncbox-server", "syncbox-client", "syncbox"],
            exclude: [
                "Fixture/bad-cable", "Fixture/bad-network", "Fixture/wrong-clock.c", "Fixture/at-terminal",
                "Fixture/hand-over",
            ]),
        .testTarget(name: "BootedSystemd", path: "Tests/Systemd", exclude: ["systemd-box", "systemd-box-boot"]),
        .testTarget(name: "House", dependencies: ["SyncboxCore"]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system && !["CLinux", "CXXHash"].contains(target.name) {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}

extension Target.Dependency {
    static var argumentParser: Self { .product(name: "ArgumentParser", package: "swift-argument-parser") }
    static var crypto: Self { .product(name: "Crypto", package: "swift-crypto") }
    static var grdb: Self { .product(name: "GRDB", package: "GRDB.swift") }
    static var httpTypes: Self { .product(name: "HTTPTypes", package: "swift-http-types") }
    static var hummingbird: Self { .product(name: "Hummingbird", package: "hummingbird") }
    static var hummingbirdCore: Self { .product(name: "HummingbirdCore", package: "hummingbird") }
    static var hummingbirdTesting: Self { .product(name: "HummingbirdTesting", package: "hummingbird") }
    static var lifecycle: Self { .product(name: "ServiceLifecycle", package: "swift-service-lifecycle") }
    static var logging: Self { .product(name: "Logging", package: "swift-log") }
    static var nioCore: Self { .product(name: "NIOCore", package: "swift-nio") }
    static var nioPosix: Self { .product(name: "NIOPosix", package: "swift-nio") }
    static var sqlite: Self { .product(name: "GRDBSQLite", package: "GRDB.swift") }
    static var nioSSL: Self { .product(name: "NIOSSL", package: "swift-nio-ssl") }
    static var nioTLS: Self { .product(name: "NIOTLS", package: "swift-nio") }
    static var unixSignals: Self { .product(name: "UnixSignals", package: "swift-service-lifecycle") }
}
