/* What the service manager is told, in the protocol of sd_notify(3), and what it keeps for the next guard. */
#ifndef POLLUX_NOTIFY_H
#define POLLUX_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Takes NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID and the LISTEN_ variables out of the environment, so that no child
 * speaks for us, and opens the socket. Call before anything else is opened. Warns, never fails.
 */
void notify_open(void);

/* True if somebody listens. */
bool notify_present(void);

/* How often the manager wants to hear WATCHDOG=1, in ns; 0 for never. */
uint64_t notify_watchdog_ns(void);

/* Sends one message of several lines. Never blocks; false if it must be said again later. True where nobody listens. */
bool notify_send(const char *text);

/* Gives the manager a descriptor to keep until the service ends for good. False if it was not taken. */
bool notify_keep(int file, const char *name);

/* The descriptor that an earlier guard gave under this name, close-on-exec; -1 if there is none. */
int notify_kept(const char *name);

#endif
