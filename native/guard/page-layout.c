/*
 * Prints the layout of the shared page; the Java side is tested against the committed page-layout.tsv.
 * With --now: CLOCK_MONOTONIC in nanoseconds, which must be what System.nanoTime() says.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "page.h"

#define FIELD(type, f) printf("field\t%s\t%s\t%zu\t%zu\n", #type, #f, offsetof(struct type, f), sizeof(((struct type *)0)->f))
#define CONST(c) printf("const\t%s\t%u\n", #c, (unsigned)(c))

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--now") == 0) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        return printf("%lld\n", now.tv_sec * 1000000000LL + now.tv_nsec) < 0;
    }
    printf("struct\tpage\t%zu\n", sizeof(struct page));
    FIELD(page, magic);
    FIELD(page, version);
    FIELD(page, size);
    FIELD(page, guardPid);
    FIELD(page, leaseDeadlineNs);
    FIELD(page, armed);
    FIELD(page, roleTid);
    FIELD(page, heartbeat);
    FIELD(page, fenceCount);
    FIELD(page, fencedAtNs);
    FIELD(page, fenceReason);
    FIELD(page, fenceErrors);
    FIELD(page, fenceTookNs);
    FIELD(page, seqlock);
    FIELD(page, messageCount);
    FIELD(page, notice);
    FIELD(page, pulse);
    FIELD(page, status);
    FIELD(page, messages);
    FIELD(page, octets);
    printf("struct\tpage_message\t%zu\n", sizeof(struct page_message));
    FIELD(page_message, kind);
    FIELD(page_message, ifindex);
    FIELD(page_message, offset);
    FIELD(page_message, length);
    CONST(PAGE_MAGIC);
    CONST(PAGE_VERSION);
    CONST(PAGE_OCTETS);
    CONST(PAGE_MESSAGES);
    CONST(PAGE_STATUS);
    CONST(MESSAGE_NETLINK_ROUTE);
    CONST(MESSAGE_IPV4);
    CONST(MESSAGE_IPV6);
    CONST(FENCE_NEVER);
    CONST(FENCE_LEASE_EXPIRED);
    CONST(FENCE_CHILD_EXITED);
    CONST(FENCE_STOPPED);
    return 0;
}
