// SPDX-License-Identifier: Apache-2.0

import CCurl

/// One request while libcurl works on it: its easy handle, where its body stands, and what has come of the response.
///
/// Lives on the curl thread, from the start of the transfer to its end. libcurl holds an unretained reference to it, so
/// the handle must be out of the multi handle before the last reference goes.
final class Transfer {
    let submission: Submission
    /// The easy handle; freed with this object.
    let handle: UnsafeMutableRawPointer
    private let endpoint: Endpoint
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?
    /// How many bytes of the body libcurl has taken.
    private var offset: UInt64 = 0
    private var response = ResponseParser()
    /// Why a callback ended the transfer.
    private var refusal: CurlError?

    /// Prepares the handle. Throws where the request can't be sent as it is.
    init(_ submission: Submission, to endpoint: Endpoint, options: CurlClient.Options) throws(CurlError) {
        let what = submission.request.summary(to: endpoint)
        try submission.request.check(what)
        guard let handle = curl_easy_init() else { throw CurlError(CURLE_OUT_OF_MEMORY, during: what) }
        self.submission = submission
        self.endpoint = endpoint
        self.handle = handle
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        var setup = EasySetup(handle: handle)
        setup.connection(to: endpoint, options: options)
        setup.request(submission.request, to: endpoint, timeouts: submission.request.timeouts ?? options.timeouts)
        setup.headers(submission.request, userAgent: options.userAgent, into: &headerList)
        setup.callbacks(for: Unmanaged.passUnretained(self).toOpaque(), errorText: errorText)
        guard setup.failure == CURLE_OK else { throw CurlError(setup.failure, during: what) }
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    private var request: HTTPRequest { submission.request }
    private var what: String { request.summary(to: endpoint) }

    /// What came of the transfer that libcurl ended with `code`.
    func result(_ code: CURLcode) -> Result<HTTPResponse, CurlError> {
        // A server that answers before it has read the whole body may close the connection behind its answer, and the
        // next piece of the body then fails to be sent. The answer is what counts (RFC 9112, section 9.5).
        let wasAnswered = (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR) && response.isComplete
        if code == CURLE_OK && response.headIsComplete || wasAnswered { return .success(response.response) }
        // libcurl takes a connection that ends within the head for the end of a response (seen with 7.88).
        if code == CURLE_OK { return .failure(CurlError(.cut, "\(what): the connection ended within the head")) }
        var verification = 0
        curl_get_long(handle, CURLINFO_SSL_VERIFYRESULT, &verification)
        let detail = String(cString: errorText)
        return .failure(refusal ?? CurlError(code, during: what, detail: detail, verification: verification))
    }

    /// For libcurl: fills `buffer` with what comes next of the body. Returns its length or CURL_READFUNC_ABORT.
    func readBody(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        do {
            let count = try nextBytes(into: buffer)
            offset += UInt64(count)
            return count
        } catch {
            refusal = CurlError(.aborted, "\(what): the body's source failed at byte \(offset): \(error)", cause: error)
        }
        return Int(CURL_READFUNC_ABORT)
    }

    private func nextBytes(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        switch request.body {
        case .none: return 0
        case .bytes(let bytes):
            let piece = bytes[Int(offset)...].prefix(buffer.count)
            buffer.copyBytes(from: piece)
            return piece.count
        case .stream(let length, let source):
            let room = Int(min(UInt64(buffer.count), (length ?? .max) - offset))
            if room == 0 { return 0 }
            let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]), at: offset)
            precondition((0...room).contains(count), "a body's source gave \(count) bytes for \(room)")
            if count == 0, let length { throw BodyEndedEarly(length: length) }
            return count
        }
    }

    /// For libcurl: starts the body again where a kept connection was dead. Returns whether that is possible.
    func rewindBody(to offset: Int) -> Bool {
        guard let offset = UInt64(exactly: offset), offset <= self.offset else { return false }
        self.offset = offset
        return true
    }

    /// For libcurl: takes one line of a head. Returns false to end the transfer.
    func takeHeaderLine(_ line: UnsafeRawBufferPointer) -> Bool {
        if response.takeLine(line) { return true }
        let limit = ResponseParser.mostHeaderBytes
        refusal = CurlError(.protocolViolation, "\(what): the response's head is larger than \(limit) bytes")
        return false
    }

    /// For libcurl: takes bytes of the response's body. Returns false to end the transfer.
    func takeBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if response.takeBody(bytes, limit: request.mostResponseBytes) { return true }
        let limit = request.mostResponseBytes
        refusal = CurlError(.protocolViolation, "\(what): the response's body is larger than \(limit) bytes")
        return false
    }
}

/// A body's source gave fewer bytes than were announced.
private struct BodyEndedEarly: Error, CustomStringConvertible {
    let length: UInt64

    var description: String { "it ended there, but \(length) bytes were announced" }
}
