/* Faults of the machine for one process: put before the C library by LD_PRELOAD. It stands between the real program and the
 * kernel and knows nothing of either.
 *
 * FAULTS names a folder. While these files are in it:
 *   flush  fsync and fdatasync of a file under FAULTS_UNDER fail with EIO; with text in it, only of a file whose name ends so
 *   full   whatever would make a file under FAULTS_UNDER longer fails with ENOSPC
 *   clock  so many seconds are added to the time of day */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* The length of a fault's text, -1 when there is no such fault now. */
static int fault(const char *name, char *text, int room) {
  const char *folder = getenv("FAULTS");
  char path[4096];
  if (!folder) return -1;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  int file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  int length = syscall(SYS_read, file, text, room - 1);
  syscall(SYS_close, file);
  if (length < 0) length = 0;
  text[length] = 0;
  return length;
}

static int is_under(int file, const char *end) {
  const char *under = getenv("FAULTS_UNDER");
  char link[64], path[4096];
  struct stat it;
  if (!under || fstat(file, &it) || !S_ISREG(it.st_mode)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  int length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  int tail = strlen(end);
  return !strncmp(path, under, strlen(under)) && length >= tail && !strcmp(path + length - tail, end);
}

static int is_full(int file, off_t end) {
  char text[2];
  struct stat it;
  return fault("full", text, sizeof text) >= 0 && is_under(file, "") && !fstat(file, &it) && end > it.st_size;
}

static int flush_fails(int file) {
  char text[64];
  return fault("flush", text, sizeof text) >= 0 && is_under(file, text);
}

static int failed(int error) {
  errno = error;
  return -1;
}

/* Where an ordinary write goes: here, or to the end. */
static off_t at(int file) {
  struct stat it;
  if (fcntl(file, F_GETFL) & O_APPEND) return fstat(file, &it) ? 0 : it.st_size;
  return lseek(file, 0, SEEK_CUR);
}

int fsync(int file) { return flush_fails(file) ? failed(EIO) : (int)syscall(SYS_fsync, file); }
int fdatasync(int file) { return flush_fails(file) ? failed(EIO) : (int)syscall(SYS_fdatasync, file); }

ssize_t write(int file, const void *bytes, size_t count) {
  if (is_full(file, at(file) + (off_t)count)) return failed(ENOSPC);
  return syscall(SYS_write, file, bytes, count);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  off_t end = at(file);
  for (int i = 0; i < count; i++) end += parts[i].iov_len;
  return is_full(file, end) ? failed(ENOSPC) : syscall(SYS_writev, file, parts, count);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off_t where) {
  if (is_full(file, where + (off_t)count)) return failed(ENOSPC);
  return syscall(SYS_pwrite64, file, bytes, count, where);
}
ssize_t pwrite(int file, const void *bytes, size_t count, off_t where) { return pwrite64(file, bytes, count, where); }

int ftruncate64(int file, off_t length) {
  return is_full(file, length) ? failed(ENOSPC) : (int)syscall(SYS_ftruncate, file, length);
}
int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

int fallocate64(int file, int mode, off_t where, off_t length) {
  return is_full(file, where + length) ? failed(ENOSPC) : (int)syscall(SYS_fallocate, file, mode, where, length);
}
int fallocate(int file, int mode, off_t where, off_t length) { return fallocate64(file, mode, where, length); }
int posix_fallocate(int file, off_t where, off_t length) {
  return fallocate64(file, 0, where, length) ? errno : 0;
}
int posix_fallocate64(int file, off_t where, off_t length) { return posix_fallocate(file, where, length); }

int clock_gettime(clockid_t clock, struct timespec *now) {
  char text[32];
  int done = syscall(SYS_clock_gettime, clock, now);
  if (!done && clock == CLOCK_REALTIME && fault("clock", text, sizeof text) > 0) now->tv_sec += atoll(text);
  return done;
}
