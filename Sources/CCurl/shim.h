/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's option calls are variadic in C, which Swift can't call: one typed wrapper per kind of argument. */
#pragma once
#include <curl/curl.h>

static inline CURLcode curl_set_long(CURL *handle, CURLoption option, long value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode curl_set_pointer(CURL *handle, CURLoption option, const void *value) { return curl_easy_setopt(handle, option, value); }
typedef size_t (*curl_transfer)(char *, size_t, size_t, void *);
static inline CURLcode curl_set_transfer(CURL *handle, CURLoption option, curl_transfer value) { return curl_easy_setopt(handle, option, value); }
static inline CURLcode curl_get_long(CURL *handle, CURLINFO info, long *value) { return curl_easy_getinfo(handle, info, value); }
static inline CURLcode curl_get_pointer(CURL *handle, CURLINFO info, void **value) { return curl_easy_getinfo(handle, info, value); }
static inline CURLMcode curl_multi_set_long(CURLM *multi, CURLMoption option, long value) { return curl_multi_setopt(multi, option, value); }
static inline CURLcode curl_message_result(const CURLMsg *message) { return message->data.result; }
typedef int (*curl_seek)(void *, curl_off_t, int);
static inline CURLcode curl_set_seek(CURL *handle, CURLoption option, curl_seek value) { return curl_easy_setopt(handle, option, value); }
