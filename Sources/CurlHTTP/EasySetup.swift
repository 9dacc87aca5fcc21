// SPDX-License-Identifier: Apache-2.0

import CCurl

/// Sets an easy handle's options and keeps the first failure, so that one look at the end is enough.
struct EasySetup {
    let handle: UnsafeMutableRawPointer
    /// The first option's failure; CURLE_OK where all were taken.
    private(set) var failure = CURLE_OK

    /// The largest body that travels in one piece with its head; libcurl copies it there.
    private static let mostBytesWithHead = 64 << 10

    init(handle: UnsafeMutableRawPointer) {
        self.handle = handle
    }

    /// What is the same for all requests to `endpoint`.
    mutating func connection(to endpoint: Endpoint, options: CurlClient.Options) {
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_PROXY, "")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_TCP_NODELAY, 1)
        // Without it, ending a transfer waits for the thread that looks up the name (CURLOPT_QUICK_EXIT(3)).
        set(CURLOPT_QUICK_EXIT, 1)
        verification(options.tls)
        if case .unix(let path) = endpoint { set(CURLOPT_UNIX_SOCKET_PATH, path) }
        if let most = options.mostBytesPerSecond {
            note(curl_set_offset(handle, CURLOPT_MAX_SEND_SPEED_LARGE, curl_off_t(clamping: most)))
        }
    }

    private mutating func verification(_ tls: CurlClient.TLS) {
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        if let authorities = tls.authorities {
            set(CURLOPT_CAINFO, authorities)
            // Otherwise the system's directory would be trusted beside it (CURLOPT_CAPATH(3)).
            note(curl_set_pointer(handle, CURLOPT_CAPATH, nil))
        }
        if !tls.pins.isEmpty { set(CURLOPT_PINNEDPUBLICKEY, tls.pins.joined(separator: ";")) }
        if let identity = tls.identity {
            set(CURLOPT_SSLCERT, identity.certificate)
            set(CURLOPT_SSLKEY, identity.key)
        }
    }

    /// What this one request asks for.
    mutating func request(_ request: HTTPRequest, to endpoint: Endpoint, timeouts: HTTPTimeouts) {
        set(CURLOPT_URL, endpoint.origin + request.target)
        set(CURLOPT_PATH_AS_IS, 1)
        body(request)
        // Behind the body's options, which choose a method too.
        set(CURLOPT_CUSTOMREQUEST, request.method)
        set(CURLOPT_CONNECTTIMEOUT_MS, timeouts.connect.inMilliseconds)
        set(CURLOPT_TIMEOUT_MS, timeouts.total?.inMilliseconds ?? 0)
        if let stall = timeouts.stall {
            set(CURLOPT_LOW_SPEED_LIMIT, 1)
            set(CURLOPT_LOW_SPEED_TIME, (stall.inMilliseconds - 1) / 1000 + 1)
        }
    }

    private mutating func body(_ request: HTTPRequest) {
        switch request.body {
        case .none where request.method == "HEAD": set(CURLOPT_NOBODY, 1)
        // A method that gives a body a meaning says that there is none (RFC 9110, section 8.6).
        case .none where ["POST", "PUT", "PATCH"].contains(request.method): whole([])
        case .none: set(CURLOPT_HTTPGET, 1)
        case .bytes(let bytes) where bytes.count <= Self.mostBytesWithHead: whole(bytes)
        case .bytes(let bytes): pieces(length: curl_off_t(bytes.count))
        case .stream(let length, _): pieces(length: length.map(curl_off_t.init(clamping:)) ?? -1)
        }
    }

    private mutating func whole(_ bytes: [UInt8]) {
        set(CURLOPT_POST, 1)
        note(curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
        note(curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, bytes))
    }

    /// -1 for a length that nobody knows.
    private mutating func pieces(length: curl_off_t) {
        set(CURLOPT_UPLOAD, 1)
        set(CURLOPT_UPLOAD_BUFFERSIZE, CurlClient.uploadBufferSize)
        note(curl_set_offset(handle, CURLOPT_INFILESIZE_LARGE, length))
    }

    /// Header fields, as a list that must outlive the transfer.
    mutating func headers(
        _ request: HTTPRequest, userAgent: String, into list: inout UnsafeMutablePointer<curl_slist>?
    ) {
        set(CURLOPT_USERAGENT, userAgent)
        // libcurl would wait a second for `100 Continue`, which many servers never say.
        var lines = ["Expect:"]
        let hasType = request.headers.contains { $0.name.lowercased() == "content-type" }
        // libcurl would call every body a form.
        if !hasType { lines.append("Content-Type:") }
        lines += request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        for line in lines {
            guard let longer = curl_slist_append(list, line) else { return note(CURLE_OUT_OF_MEMORY) }
            list = longer
        }
        note(curl_set_pointer(handle, CURLOPT_HTTPHEADER, list))
    }

    private mutating func set(_ option: CURLoption, _ value: Int) {
        note(curl_set_long(handle, option, value))
    }

    /// libcurl copies the text.
    private mutating func set(_ option: CURLoption, _ text: String) {
        note(curl_set_pointer(handle, option, text))
    }

    /// Keeps `code` where it is the first failure.
    mutating func note(_ code: CURLcode) {
        if failure == CURLE_OK { failure = code }
    }
}

extension Duration {
    /// Whole milliseconds, rounded up, at least 1, since libcurl takes 0 for a default of its own, and at most what
    /// libcurl's `long` milliseconds are sure to hold.
    fileprivate var inMilliseconds: Int {
        let (seconds, attoseconds) = components
        let milliseconds = Double(seconds) * 1000 + (Double(attoseconds) / 1e15).rounded(.up)
        return Int(min(max(milliseconds, 1), Double(Int32.max)))
    }
}
