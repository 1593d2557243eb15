/* Capabilities, locked memory, scheduling: what the guard takes at its start and what it gives away. */
#ifndef POLLUX_PRIVILEGE_H
#define POLLUX_PRIVILEGE_H

#include <stdbool.h>
#include <sys/types.h>

/* No core dumps, not dumpable, exempt from the OOM killer, memory locked, stack touched, SCHED_FIFO. Warns, never fails. */
void privilege_harden(void);

/*
 * Gives up what the guard does not need any more. With switchUser the rest is gone for good; as plain root only the
 * effective set shrinks, because a JVM that gains capabilities at exec would lose its parent-death signal.
 */
void privilege_drop(bool switchUser);

/*
 * What is missing to start the engine as another user with its three capabilities: names that a container's --cap-add
 * takes, with blanks between; empty if nothing is.
 */
const char *privilege_missing(void);

/* In the child: another user, with the three network capabilities and no others. Async-signal-safe. */
bool privilege_become(uid_t uid, gid_t gid, const gid_t *groups, int groupCount);

/* In the child: hands what it holds of the three to the program that it is going to execute. Async-signal-safe. */
void privilege_raise_ambient(void);

/* SCHED_RR for one thread of the child; false with errno. A thread of any other process is refused with ESRCH. */
bool privilege_schedule(pid_t child, pid_t thread);

/*
 * SCHED_RR, just below the role thread, for the thread of the child that collects garbage: the role thread waits for
 * it, and on a busy machine it would wait for everything that goes before. Tries, never fails.
 */
void privilege_schedule_collector(pid_t child);

#endif
