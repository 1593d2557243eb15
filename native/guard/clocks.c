#include "clocks.h"

#include <stdbool.h>
#include <time.h>

#define MS UINT64_C(1000000)
#define SAME MS         /* two readings that are further apart say nothing about a third between them */
#define LEAST (20 * MS) /* a shorter suspend is none */

static uint64_t read_clock(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000 * MS + (uint64_t)time.tv_nsec;
}

uint64_t clocks_now(void) { return read_clock(CLOCK_MONOTONIC); }

uint64_t clocks_suspended(void) {
    static bool known;
    static uint64_t apart; /* what CLOCK_BOOTTIME is ahead, at most */
    uint64_t before = clocks_now(), boot = read_clock(CLOCK_BOOTTIME), after = clocks_now();
    if (after - before > SAME) return 0; /* the next call sees it */
    uint64_t least = boot - after;
    bool jumped = known && (int64_t)(least - apart) >= (int64_t)LEAST;
    uint64_t jump = least - apart;
    known = true;
    apart = boot - before;
    return jumped ? jump : 0;
}
