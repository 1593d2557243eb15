/* Sends the fence messages: the gate is closed and the addresses go first, the goodbyes follow. */
#ifndef POLLUX_FENCE_H
#define POLLUX_FENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "table.h"

struct fence_sockets {
    int route; /* NETLINK_ROUTE; answers are read without waiting: rtnetlink answers inside sendmsg() */
    int raw4;  /* -1 where the kernel or the caller has none */
    int raw6;
};

struct fence_result {
    uint32_t messages; /* nlmsgs and packets tried */
    uint32_t refused;  /* nlmsgs that the kernel refused, and packets that could not be sent */
    int firstErrno;    /* of the first of them, 0 if none */
    const char *firstWhat;
};

/* Opens all sockets. False (with errno) if there is no netlink socket; a missing raw socket is only a -1. */
bool fence_open(struct fence_sockets *sockets);

/* Hands all netlink datagrams of the table to the kernel, without looking at the answers. */
void fence_gate(const struct fence_sockets *sockets, const struct table *table);

/* Sends the goodbye packets. */
void fence_goodbye(const struct fence_sockets *sockets, const struct table *table, struct fence_result *result);

/*
 * Reads the answers of fence_gate; whatever was refused, or not answered, is sent again one by one, at most `tries`
 * times with 5 ms in between. What already is as it should be counts as done (EEXIST, ENOENT, EADDRNOTAVAIL, ENODEV, ESRCH).
 */
void fence_settle(const struct fence_sockets *sockets, const struct table *table, int tries, struct fence_result *result);

#endif
