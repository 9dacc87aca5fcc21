// SPDX-License-Identifier: Apache-2.0

import CCurl

extension EasySetup {
    /// Whom libcurl calls: `transfer` is an unretained `Transfer`.
    mutating func callbacks(for transfer: UnsafeMutableRawPointer, errorText: UnsafeMutablePointer<CChar>) {
        note(curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText))
        note(curl_set_pointer(handle, CURLOPT_READDATA, transfer))
        note(curl_set_pointer(handle, CURLOPT_SEEKDATA, transfer))
        note(curl_set_pointer(handle, CURLOPT_HEADERDATA, transfer))
        note(curl_set_pointer(handle, CURLOPT_WRITEDATA, transfer))
        note(curl_set_transfer(handle, CURLOPT_READFUNCTION, readBody))
        note(curl_set_seek(handle, CURLOPT_SEEKFUNCTION, rewindBody))
        note(curl_set_transfer(handle, CURLOPT_HEADERFUNCTION, takeHeaderLine))
        note(curl_set_transfer(handle, CURLOPT_WRITEFUNCTION, takeBody))
    }
}

// The callbacks, called by libcurl on the curl thread, within curl_multi_perform only.

private func transfer(_ pointer: UnsafeMutableRawPointer) -> Transfer {
    Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
}

private func readBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
    guard let pointer else { return Int(CURL_READFUNC_ABORT) }
    return transfer(pointer).readBody(into: UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
}

private func rewindBody(_ pointer: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: Int32) -> Int32 {
    // libcurl counts from the start always (CURLOPT_SEEKFUNCTION(3)).
    guard let pointer, transfer(pointer).rewindBody(to: offset) else { return Int32(CURL_SEEKFUNC_FAIL) }
    return Int32(CURL_SEEKFUNC_OK)
}

private func takeHeaderLine(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
    guard let pointer else { return 0 }
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    // Any number but the line's length ends the transfer.
    return transfer(pointer).takeHeaderLine(line) ? line.count : line.count + 1
}

private func takeBody(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
    guard let pointer else { return 0 }
    let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer(pointer).takeBody(piece) ? piece.count : piece.count + 1
}
