/* Preloaded into polluxd: while the file $POLLUX_TEST_SUSPENDED exists, this machine has been suspended for an hour. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
    const char *file = getenv("POLLUX_TEST_SUSPENDED");
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    if (result == 0 && clock == CLOCK_BOOTTIME && file != NULL && access(file, F_OK) == 0) time->tv_sec += 3600;
    return result;
}
