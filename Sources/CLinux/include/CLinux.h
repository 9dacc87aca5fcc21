/* SPDX-License-Identifier: Apache-2.0 */
/* The Linux system calls and constants that Swift's Glibc module leaves out, since it does not define _GNU_SOURCE. */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
/* Swift's Glibc module has fd_set without __USE_XOPEN, and two definitions of one type may not differ. */
#include <malloc.h>
#include <features.h>
#undef __USE_XOPEN
#include <sys/select.h>
#define __USE_XOPEN 1

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/ioctl.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

/* openat2(2): glibc has no wrapper. */
static inline int linux_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof(how));
}

/* open(2) and openat(2) are variadic. */
static inline int linux_open(const char *path, int flags) { return open(path, flags, 0); }
static inline int linux_openat(int directory, const char *path, int flags, mode_t mode) {
    return openat(directory, path, flags, mode);
}

/* statx(2): in Swift the type and the function can't be told apart by name. */
typedef struct statx linux_status;
static inline int linux_statx(int directory, const char *path, int flags, unsigned int mask, linux_status *status) {
    return statx(directory, path, flags, mask, status);
}

/* readlinkat(2) into raw bytes: a link's target is no text. */
static inline long linux_readlinkat(int directory, const char *path, void *target, size_t longest) {
    return readlinkat(directory, path, target, longest);
}

/* copy_file_range(2) without flags, with the offsets as Swift's Int. */
static inline long linux_copy_file_range(int from, long *from_offset, int to, long *to_offset, size_t length) {
    return copy_file_range(from, from_offset, to, to_offset, length, 0);
}

/* renameat2(2): declared by glibc, but not imported into Swift. */
static inline int linux_renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned int flags) {
    return renameat2(from_directory, from, to_directory, to, flags);
}

/* fcntl(2) is variadic: the two forms that Syncbox uses. */
static inline int linux_fcntl_lock(int fd, int command, struct flock *lock) { return fcntl(fd, command, lock); }
static inline int linux_fcntl_int(int fd, int command, int value) { return fcntl(fd, command, value); }

/* getdents64(2): many names with one call, and the error is told apart from the end, unlike with readdir(3). */
static inline long linux_getdents64(int directory, void *buffer, size_t length) {
    return syscall(SYS_getdents64, directory, buffer, length);
}

/* TIOCGWINSZ, ioctl_tty(2): how large the terminal is; less than 0 where there is none. ioctl(2) is variadic. */
static inline int linux_terminal_size(int fd, struct winsize *size) { return ioctl(fd, TIOCGWINSZ, size); }

/* The errno of the last failed call on this thread: Swift's own accessor may be reached only after other calls ran. */
static inline int linux_errno(void) { return errno; }

/* strerrordesc_np(3): the text of an errno, untranslated, and without a buffer shared between threads. */
static inline const char *linux_error_text(int number) {
    const char *text = strerrordesc_np(number);
    return text ? text : "unknown error";
}

/* mallopt(3): at most so many arenas, and blocks of so many bytes or more in none of them. */
static inline void linux_limit_arenas(int most, int large_block) {
    mallopt(M_ARENA_MAX, most);
    mallopt(M_MMAP_THRESHOLD, large_block);
}

/* malloc_trim(3): what is free in any arena goes back to the kernel. */
static inline void linux_trim_memory(void) { malloc_trim(0); }

/* Macros that Swift does not import. */
static const int LINUX_O_TMPFILE = O_TMPFILE;
static const int LINUX_O_PATH = O_PATH;
static const int LINUX_AT_EMPTY_PATH = AT_EMPTY_PATH;
static const int LINUX_F_OFD_GETLK = F_OFD_GETLK;
static const int LINUX_SEEK_DATA = SEEK_DATA;
static const int LINUX_SEEK_HOLE = SEEK_HOLE;
static const int LINUX_UTIME_OMIT = UTIME_OMIT;
static const int LINUX_RENAME_NOREPLACE = RENAME_NOREPLACE;
static const int LINUX_RENAME_EXCHANGE = RENAME_EXCHANGE;
