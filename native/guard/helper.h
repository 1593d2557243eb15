/*
 * The guard's helper thread does what may block: it writes log lines to stderr and the fence file to the run directory.
 * The guard itself only copies into memory; a stalled journal or file system can never hold up a fence.
 */
#ifndef POLLUX_HELPER_H
#define POLLUX_HELPER_H

#include <stdbool.h>

#include "table.h"

#define FENCE_FILE "fence.bin"

/* Before all else: is stderr the journal? If not, the engine is not told so either. */
void say_open(void);

/* What the journal takes for the priority of a line with this text (sd-daemon(3)); nothing for any other reader. */
const char *say_priority(const char *text);

/* One line `polluxd: guard: …` to stderr. Never blocks once the helper runs; lines that find no room are counted. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Starts the thread. directory is where the fence file goes. */
bool helper_start(int directory);

/* Asks for the fence file to be written anew; false if the helper is busy with the last one: ask again later. */
bool helper_store(const struct table *table, bool armed);

/* Writes what is left, for at most two seconds. */
void helper_stop(void);

#endif
