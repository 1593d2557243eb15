#ifndef POLLUX_CLOCKS_H
#define POLLUX_CLOCKS_H

#include <stdint.h>

/* CLOCK_MONOTONIC in nanoseconds: the clock of System.nanoTime(), of leases and of waits. */
uint64_t clocks_now(void);

/* For how long this machine was suspended since the last call: CLOCK_MONOTONIC does not count that, CLOCK_BOOTTIME does. */
uint64_t clocks_suspended(void);

#endif
