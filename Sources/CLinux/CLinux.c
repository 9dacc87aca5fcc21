/* SPDX-License-Identifier: Apache-2.0 */
/* A C target needs a source file; everything is inline in the header. */
#include "CLinux.h"
