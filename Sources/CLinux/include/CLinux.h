/* SPDX-License-Identifier: Apache-2.0 */
/* The Linux system calls and constants that Swift's Glibc module leaves out, since it does not define _GNU_SOURCE. */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <unistd.h>

/* openat2(2): glibc has no wrapper. */
static inline int linux_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof(how));
}

/* renameat2(2): declared by glibc, but not imported into Swift. */
static inline int linux_renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned int flags) {
    return renameat2(from_directory, from, to_directory, to, flags);
}

/* fcntl(2) is variadic: the two forms that Syncbox uses. */
static inline int linux_fcntl_lock(int fd, int command, struct flock *lock) { return fcntl(fd, command, lock); }
static inline int linux_fcntl_int(int fd, int command, int value) { return fcntl(fd, command, value); }

/* The errno of the last failed call on this thread: Swift's own accessor may be reached only after other calls ran. */
static inline int linux_errno(void) { return errno; }

enum {
    LINUX_O_TMPFILE = O_TMPFILE,
    LINUX_O_PATH = O_PATH,
    LINUX_AT_EMPTY_PATH = AT_EMPTY_PATH,
    LINUX_F_OFD_GETLK = F_OFD_GETLK,
};
