/* The process tree of one run: see sandbox.h. */
#define _GNU_SOURCE
#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool write_file(const char *path, const char *text) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  ssize_t wrote = write(file, text, strlen(text));
  close(file);
  return wrote == (ssize_t)strlen(text);
}

/* Namespaces by right, else through a user namespace of our own. */
static bool unshare_all(int flags) {
  char map[64];
  uid_t uid = geteuid();
  gid_t gid = getegid();
  if (unshare(flags) == 0) return true;
  if (unshare(flags | CLONE_NEWUSER) != 0) return false;
  write_file("/proc/self/setgroups", "deny");
  snprintf(map, sizeof map, "0 %u 1", uid);
  bool mapped = write_file("/proc/self/uid_map", map);
  snprintf(map, sizeof map, "0 %u 1", gid);
  return write_file("/proc/self/gid_map", map) && mapped;
}

static bool can_unshare(int flags) {
  int status;
  pid_t probe = fork();
  if (probe == 0) _exit(unshare_all(flags) ? 0 : 1);
  while (waitpid(probe, &status, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool private_mounts(const struct sandbox *sandbox) {
  if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return false;
  if (mount("lab", sandbox->directory, "tmpfs", 0, "size=100%,mode=700") != 0) return false;
  mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL); /* refused in some containers: no harm */
  return true;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *position) {
  (void)info;
  (void)type;
  (void)position;
  return remove(path);
}

/* The keeper takes its signals in sandbox_wait(), one at a time; nothing ends it behind its back. */
static void prepare_signals(bool namespaces) {
  sigset_t taken;
  sigemptyset(&taken);
  sigaddset(&taken, SIGCHLD);
  sigaddset(&taken, SIGTERM);
  sigaddset(&taken, SIGINT);
  sigaddset(&taken, SIGHUP);
  sigprocmask(SIG_SETMASK, &taken, NULL);
  prctl(PR_SET_PDEATHSIG, namespaces ? SIGKILL : SIGTERM);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static void keep(const struct sandbox *sandbox, int lifeline, sandbox_body body, void *context)
    __attribute__((noreturn));
static void keep(const struct sandbox *sandbox, int lifeline, sandbox_body body, void *context) {
  struct pollfd alive = {.fd = lifeline, .events = 0};
  char directory[PATH_MAX];
  setsid();
  prepare_signals(sandbox->namespaces);
  if (poll(&alive, 1, 0) > 0) _exit(1); /* the launcher was gone before it could be watched */
  if (sandbox->namespaces) {
    if (!private_mounts(sandbox)) {
      fprintf(stderr, "lab: mounts at %s: %s\n", sandbox->directory, strerror(errno));
      _exit(1);
    }
    _exit(body(sandbox->directory, context));
  }
  snprintf(directory, sizeof directory, "%s/run.XXXXXX", sandbox->directory);
  if (mkdtemp(directory) == NULL) {
    fprintf(stderr, "lab: %s: %s\n", directory, strerror(errno));
    _exit(1);
  }
  int status = body(directory, context);
  nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
  _exit(status);
}

pid_t sandbox_open(struct sandbox *sandbox, int lifeline, sandbox_body body, void *context) {
  int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | (sandbox->network ? CLONE_NEWNET : 0);
  sandbox->namespaces = can_unshare(flags);
  if (sandbox->namespaces ? !unshare_all(flags) : sandbox->network) return -1;
  pid_t keeper = fork();
  if (keeper == 0) keep(sandbox, lifeline, body, context);
  return keeper;
}

void sandbox_kill(const struct sandbox *sandbox, pid_t keeper) {
  kill(keeper, sandbox->namespaces ? SIGKILL : SIGTERM);
}

int sandbox_wait(pid_t child) {
  int status;
  int result = -1;
  bool asked_to_end = false;
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGCHLD);
  sigaddset(&awaited, SIGTERM);
  while (!asked_to_end) {
    pid_t ended = waitpid(-1, &status, WNOHANG);
    if (ended == child) {
      result = status;
      break;
    }
    if (ended == 0) asked_to_end = sigwaitinfo(&awaited, NULL) == SIGTERM;
    if (ended < 0 && errno != EINTR) break;
  }
  kill(-child, SIGKILL); /* a dead kernel leaves helpers in its group */
  while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) continue;
  return result;
}
