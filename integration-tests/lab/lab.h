/*
 * The kernel lab's launcher and the guest's first process: one program, two parts.
 *
 *   host.c   starts the guest (or, with "host", namespaces of this machine), carries its output out, cleans up.
 *   guest.c  is process 1 of the guest: mounts, overlay, command, exit status, halt.
 *
 * Both read the same description of a run: a file of NUL-terminated "key=value" strings.
 */
#ifndef POLLUX_LAB_H
#define POLLUX_LAB_H

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses of the launcher itself; everything else is the command's own. */
enum { STATUS_TIMEOUT = 124, STATUS_LAB = 125, STATUS_NOT_EXECUTABLE = 126, STATUS_NOT_FOUND = 127 };

enum { LAB_MAX_WORDS = 4096, LAB_MAX_RW = 64, LAB_MAX_DEVICES = 8 };

/* One run. All strings belong to the caller or to the buffer that run_read() fills. */
struct run {
  const char *cwd;
  const char *command[LAB_MAX_WORDS]; /* NULL-terminated */
  size_t command_words;
  const char *env[LAB_MAX_WORDS]; /* NAME=VALUE, NULL-terminated */
  size_t env_words;
  const char *rw[LAB_MAX_RW]; /* host directories that the guest may write */
  size_t rw_count;
  bool reads_stdin; /* the command reads the launcher's stdin, which must be a pipe of nobody else */
};

/* Name of the kernel argument that tells the guest's first process where the run's files are. */
#define LAB_DIR_VARIABLE "POLLUX_LAB_DIR"

/* Tells the command where it is: "guest" or "host". */
#define LAB_VARIABLE "POLLUX_LAB"

/* Writes the run to DIR/run. Returns 0, or -1 with errno. */
int run_write(const struct run *run, const char *directory);

/* Reads DIR/run. Returns 0, or -1 with errno; the strings live as long as the process. */
int run_read(struct run *run, const char *directory);

/* Process 1 of the guest; does not return. */
void guest_main(const char *directory) __attribute__((noreturn));

/* Brings "lo" up in the caller's network namespace. Returns 0, or -1 with errno. */
int loopback_up(void);

/* Takes back what the launcher and the keeper did to the signals, before another program starts. */
void default_signals(void);

/* Executes the run's command in place of the caller; returns the status to exit with when that fails. */
int run_exec(const struct run *run);

#endif
