/* What the generated program is made of: the headers, and how a row of the table is printed. */
#ifndef POLLUX_XFRM_ABI_H
#define POLLUX_XFRM_ABI_H

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/socket.h>

#include "probe.h"

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/udp.h>

#pragma GCC diagnostic ignored "-Wtype-limits"

#define STRUCT(title, type) printf("struct\t%s\t%zu\n", title, sizeof(type))
#define FIELD(title, type, f) \
    printf("field\t%s\t%s\t%zu\t%zu\n", title, #f, offsetof(type, f), sizeof(((type *)0)->f))
/* A flexible array at the end has an offset but no size. */
#define TAIL(title, type, f) printf("field\t%s\t%s\t%zu\t0\n", title, #f, offsetof(type, f))
#define CONST(c) \
    ((c) < 0 ? printf("const\t%s\t%lld\n", #c, (long long)(c)) : printf("const\t%s\t%llu\n", #c, (unsigned long long)(c)))

#endif
