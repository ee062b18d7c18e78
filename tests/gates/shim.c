/* Stands between a program and its disk (LD_PRELOAD), for the files of one folder: dies before the n-th change, or has
   it fail, or writes a journal of all changes, from which the disk after a power cut can be made. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONGEST 4096

enum { OFF, COUNT, KILL, FAIL_ONCE, FAIL_ON, FULL };
static char folder[LONGEST];
static int mode, at, code, journal = -1, seen;

/* From now on. `n`: which change; `error`: what it fails with; `log`: where the journal goes, or -1. */
void shim_arm(const char *where, int how, int n, int error, int log) {
    snprintf(folder, sizeof folder, "%s/", where);
    at = n, code = error, journal = log, seen = 0, mode = how;
}

/* A server that is started with these is on a disk that is full as long as there is such a file. */
static const char *full_while;

__attribute__((constructor)) static void begin(void) {
    full_while = getenv("SHIM_FULL_WHILE");
    if (full_while) shim_arm(getenv("SHIM_FOLDER"), FULL, 0, ENOSPC, -1);
}

int shim_seen(void) { return seen; }

static ssize_t real_write(int fd, const void *data, size_t size) {
    static ssize_t (*next)(int, const void *, size_t);
    if (!next) next = dlsym(RTLD_NEXT, "write");
    return next(fd, data, size);
}

/* kind: w(rite) t(runcate) s(ync) u(nlink) r(ename) */
static void note(char kind, const char *path, const char *other, int64_t offset, const void *data, uint64_t size) {
    char head[64];
    int length = snprintf(head, sizeof head, "%c %zu %zu %lld %llu\n", kind, strlen(path), strlen(other),
                          (long long)offset, (unsigned long long)size);
    real_write(journal, head, length);
    real_write(journal, path, strlen(path));
    real_write(journal, other, strlen(other));
    if (data) real_write(journal, data, size);
}

static int is_ours(const char *path) { return mode != OFF && !strncmp(path, folder, strlen(folder)); }

static int file_is_ours(int fd, char *path) {
    char link[32];
    if (mode == OFF) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, LONGEST - 1);
    path[length > 0 ? length : 0] = 0;
    /* The folder itself is synced too, for the names in it. */
    return is_ours(path) || (length > 0 && (size_t)length + 1 == strlen(folder) && !strncmp(path, folder, length));
}

/* Whether this change is to fail. A full disk still syncs and removes. */
static int meets_its_fault(int takes_room) {
    seen++;
    if (mode == KILL && seen == at) kill(getpid(), SIGKILL);
    int is_due = (mode == FAIL_ONCE && seen == at) || (mode == FAIL_ON && seen >= at)
                 || (mode == FULL && !access(full_while, F_OK));
    if (!is_due || (code == ENOSPC && !takes_room)) return 0;
    errno = code;
    return 1;
}

#define NEXT(name) \
    static __typeof__(name) *next; \
    if (!next) next = dlsym(RTLD_NEXT, #name); \
    char path[LONGEST];

#define WRITE(name, offset_type) \
    ssize_t name(int fd, const void *data, size_t size, offset_type offset) { \
        NEXT(name) \
        if (!file_is_ours(fd, path)) return next(fd, data, size, offset); \
        if (meets_its_fault(1)) return -1; \
        ssize_t written = next(fd, data, size, offset); \
        if (journal >= 0 && written > 0) note('w', path, "", offset, data, written); \
        return written; \
    }
WRITE(pwrite, off_t)
WRITE(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t size) {
    char path[LONGEST];
    if (!file_is_ours(fd, path)) return real_write(fd, data, size);
    if (meets_its_fault(1)) return -1;
    int64_t offset = lseek(fd, 0, SEEK_CUR);
    ssize_t written = real_write(fd, data, size);
    if (journal >= 0 && written > 0) note('w', path, "", offset, data, written);
    return written;
}

/* Syncs are not waited for: no power is cut here but in the journal. */
#define SYNC(name) \
    int name(int fd) { \
        NEXT(name) \
        if (!file_is_ours(fd, path)) return next(fd); \
        if (meets_its_fault(0)) return -1; \
        if (journal >= 0) note('s', path, "", 0, 0, 0); \
        return 0; \
    }
SYNC(fsync)
SYNC(fdatasync)

#define TRUNCATE(name, offset_type) \
    int name(int fd, offset_type size) { \
        NEXT(name) \
        if (!file_is_ours(fd, path)) return next(fd, size); \
        if (meets_its_fault(1)) return -1; \
        int failed = next(fd, size); \
        if (journal >= 0 && !failed) note('t', path, "", size, 0, 0); \
        return failed; \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

int unlink(const char *name) {
    NEXT(unlink)
    (void)path;
    if (!is_ours(name)) return next(name);
    if (meets_its_fault(0)) return -1;
    int failed = next(name);
    if (journal >= 0 && !failed) note('u', name, "", 0, 0, 0);
    return failed;
}

int rename(const char *name, const char *target) {
    NEXT(rename)
    (void)path;
    if (!is_ours(name)) return next(name, target);
    if (meets_its_fault(1)) return -1;
    int failed = next(name, target);
    if (journal >= 0 && !failed) note('r', name, target, 0, 0, 0);
    return failed;
}
