/* SPDX-License-Identifier: Apache-2.0 */
/* libsystemd needs no wrappers: everything that Syncbox calls takes arrays, not variadic arguments. */
#pragma once
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
