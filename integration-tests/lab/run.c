/* The description of a run, and what both sides do with it. */
#define _GNU_SOURCE
#include "lab.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(FILE *out, const char *key, const char *value) {
  fprintf(out, "%s=%s", key, value);
  fputc('\0', out);
}

int run_write(const struct run *run, const char *directory) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/run", directory);
  FILE *out = fopen(path, "we");
  if (out == NULL) return -1;
  put(out, "cwd", run->cwd);
  if (run->reads_stdin) put(out, "stdin", "console");
  for (size_t i = 0; i < run->rw_count; i++) put(out, "rw", run->rw[i]);
  for (size_t i = 0; i < run->env_words; i++) put(out, "env", run->env[i]);
  for (size_t i = 0; i < run->command_words; i++) put(out, "word", run->command[i]);
  bool failed = ferror(out) != 0;
  return fclose(out) != 0 || failed ? -1 : 0;
}

/* Takes one "key=value"; false when a list is full or the key is unknown. */
static bool take(struct run *run, const char *entry) {
  const char *value = strchr(entry, '=');
  if (value == NULL) return false;
  size_t key = (size_t)(value++ - entry);
  if (key == 3 && strncmp(entry, "cwd", key) == 0) {
    run->cwd = value;
  } else if (key == 5 && strncmp(entry, "stdin", key) == 0) {
    run->reads_stdin = true;
  } else if (key == 2 && strncmp(entry, "rw", key) == 0 && run->rw_count < LAB_MAX_RW) {
    run->rw[run->rw_count++] = value;
  } else if (key == 3 && strncmp(entry, "env", key) == 0 && run->env_words < LAB_MAX_WORDS - 1) {
    run->env[run->env_words++] = value;
  } else if (key == 4 && strncmp(entry, "word", key) == 0 && run->command_words < LAB_MAX_WORDS - 1) {
    run->command[run->command_words++] = value;
  } else {
    return false;
  }
  return true;
}

int run_read(struct run *run, const char *directory) {
  char path[PATH_MAX];
  struct stat info;
  snprintf(path, sizeof path, "%s/run", directory);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || fstat(file, &info) != 0) return -1;
  size_t size = (size_t)info.st_size;
  char *text = malloc(size + 1);
  if (text == NULL) return -1;
  for (size_t have = 0; have < size;) {
    ssize_t got = read(file, text + have, size - have);
    if (got <= 0) return -1;
    have += (size_t)got;
  }
  close(file);
  text[size] = '\0';
  memset(run, 0, sizeof *run);
  for (char *entry = text; entry < text + size; entry += strlen(entry) + 1) {
    if (!take(run, entry)) {
      errno = EINVAL;
      return -1;
    }
  }
  return 0;
}

int loopback_up(void) {
  struct ifreq request = {.ifr_name = "lo"};
  int probe = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return -1;
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  int result = ioctl(probe, SIOCSIFFLAGS, &request);
  close(probe);
  return result;
}

void default_signals(void) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  signal(SIGPIPE, SIG_DFL);
}

int run_exec(const struct run *run) {
  default_signals();
  if (chdir(run->cwd) != 0) {
    fprintf(stderr, "lab: %s: %s\n", run->cwd, strerror(errno));
    return STATUS_LAB;
  }
  for (size_t i = 0; i < run->env_words; i++) {
    if (strncmp(run->env[i], "PATH=", 5) == 0) setenv("PATH", run->env[i] + 5, 1); /* execvpe searches our own */
  }
  execvpe(run->command[0], (char *const *)run->command, (char *const *)run->env);
  int status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
  fprintf(stderr, "lab: %s: %s\n", run->command[0], strerror(errno));
  return status;
}
