/*
 * The process tree of one run.
 *
 * A keeper holds everything else. Where the machine allows it the keeper is process 1 of a PID namespace with its own
 * mounts: when it ends, or when the launcher dies in whatever way, the kernel ends the whole tree and its tmpfs goes
 * with it. Elsewhere the keeper is an ordinary process that watches the launcher, kills the process group and removes
 * the files.
 */
#ifndef POLLUX_LAB_SANDBOX_H
#define POLLUX_LAB_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

struct sandbox {
  const char *directory; /* where the run's files go; a mount point in a namespace, else a new directory's parent */
  bool network;          /* a network namespace of its own as well */
  bool namespaces;       /* set by sandbox_open(): the keeper is process 1 of its own namespace */
};

/* What the keeper runs: gets the directory of the run's files, returns the exit status. */
typedef int (*sandbox_body)(const char *directory, void *context);

/*
 * Starts the keeper, which calls BODY. LIFELINE is the read end of a pipe whose only writer is the launcher.
 * Returns the keeper's process id, or -1 with errno.
 */
pid_t sandbox_open(struct sandbox *sandbox, int lifeline, sandbox_body body, void *context);

/* Ends the keeper and all that it started. Does not wait. */
void sandbox_kill(const struct sandbox *sandbox, pid_t keeper);

/*
 * To be called by BODY: waits for CHILD, the leader of its own process group. When the launcher dies or asks for it,
 * the group is killed. Returns the status as waitpid does, or -1 when it was killed.
 */
int sandbox_wait(pid_t child);

#endif
