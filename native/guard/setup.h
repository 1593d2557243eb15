/* What the guard opens once, before it takes its privileges and locks its memory. */
#ifndef POLLUX_SETUP_H
#define POLLUX_SETUP_H

#include "launch.h"
#include "page.h"

/* Blocks what the guard waits for and returns the descriptor that it comes from; -1 with errno. */
int setup_signals(void);

/*
 * Makes and locks the run directory; -1 with errno, EWOULDBLOCK if another guard has it. The JVM's user must be able to
 * make its socket there and must not be able to replace the fence file: hence the group and the sticky bit.
 */
int setup_run_directory(const char *path, const struct launch *launch);

/* The end of a guard: nobody is to learn its page from a file. The fence file goes after an orderly end. */
void setup_leave(int directory, bool fenceFileStays);

/* Makes the shared page and the journal's memory, for the child to inherit; NULL with errno. */
struct page *setup_page(struct launch *launch);

#endif
