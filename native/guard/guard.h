/* The supervisor: starts the JVM, watches its lease, fences, starts it again. */
#ifndef POLLUX_GUARD_H
#define POLLUX_GUARD_H

#include "launch.h"

/* Runs until it is told to stop or the child says "do not start me again". Returns the exit status. */
int guard_run(const struct options *options, struct launch *launch);

#endif
