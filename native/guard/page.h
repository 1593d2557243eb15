/*
 * The page that the guard shares with the JVM: a memfd of 64 KiB, native byte order, inherited as $POLLUX_GUARD_FD.
 * io.pollux.agent.guard.GuardPage is its other half; page-layout.tsv (printed by page-layout.c) keeps both equal.
 *
 * Who writes what: the guard writes magic, version, size, guardPid and the fence report; the JVM writes all the rest.
 * Between two JVMs the guard clears what the old one wrote.
 *
 * Order: the JVM renews before it arms, so the guard reads armed (acquire) before the deadline.
 */
#ifndef POLLUX_PAGE_H
#define POLLUX_PAGE_H

#include <stddef.h>
#include <stdint.h>

#define PAGE_MAGIC 0x504c5847u /* "PLXG" */
#define PAGE_VERSION 2u
#define PAGE_OCTETS 65536u
#define PAGE_MESSAGES 256u /* most entries in the table */
#define PAGE_STATUS 44u

enum message_kind {
    MESSAGE_NETLINK_ROUTE = 1, /* a NETLINK_ROUTE datagram: one or more nlmsgs with NLM_F_REQUEST|NLM_F_ACK */
    MESSAGE_IPV4 = 2,          /* a whole IPv4 packet for a raw socket, sent out of ifindex */
    MESSAGE_IPV6 = 3,          /* a whole IPv6 packet for a raw socket, sent out of ifindex */
};

enum fence_reason {
    FENCE_NEVER = 0,
    FENCE_LEASE_EXPIRED = 1,
    FENCE_CHILD_EXITED = 2,
    FENCE_STOPPED = 3, /* the guard was told to stop and the child did not obey in time */
};

struct page_message {
    uint32_t kind;    /* enum message_kind */
    uint32_t ifindex; /* 0 for netlink */
    uint32_t offset;  /* from the start of the page, at least offsetof(struct page, octets) */
    uint32_t length;
};

struct page {
    uint32_t magic;
    uint32_t version;
    uint32_t size;
    uint32_t guardPid;
    uint64_t leaseDeadlineNs; /* CLOCK_MONOTONIC, the clock of System.nanoTime() */
    uint32_t armed;           /* 1: fence when the lease runs out or the child exits; 0: leave the kernel alone */
    uint32_t roleTid;         /* thread that shall run under SCHED_RR, 0 for none */
    uint32_t heartbeat;       /* counted up with each renewal */
    uint32_t fenceCount;      /* fences since the guard started */
    uint64_t fencedAtNs;      /* when the last one began, CLOCK_MONOTONIC */
    uint32_t fenceReason;     /* enum fence_reason of the last one */
    uint32_t fenceErrors;     /* messages of the last one that the kernel refused for good */
    uint64_t fenceTookNs;     /* until the last message of the last one had been handed to the kernel */
    uint64_t seqlock;         /* odd while the table is being written; 0: nothing was ever published */
    uint32_t messageCount;
    uint32_t notice;      /* 0: not ready; odd while status is being written; even: ready, and status is whole */
    uint32_t pulse;       /* counted up while the engine's own thread answers */
    char status[PAGE_STATUS]; /* its state in words, UTF-8, NUL-terminated */
    struct page_message messages[PAGE_MESSAGES];
    uint8_t octets[PAGE_OCTETS - 128u - 16u * PAGE_MESSAGES];
};

_Static_assert(sizeof(struct page_message) == 16, "page_message");
_Static_assert(sizeof(struct page) == PAGE_OCTETS, "page");
_Static_assert(offsetof(struct page, leaseDeadlineNs) == 16, "leaseDeadlineNs");
_Static_assert(offsetof(struct page, armed) == 24, "armed");
_Static_assert(offsetof(struct page, fencedAtNs) == 40, "fencedAtNs");
_Static_assert(offsetof(struct page, seqlock) == 64, "seqlock");
_Static_assert(offsetof(struct page, status) == 84, "status");
_Static_assert(offsetof(struct page, messages) == 128, "messages");
_Static_assert(offsetof(struct page, octets) == 4224, "octets");

#endif
