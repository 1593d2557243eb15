#include "fence.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IPV6_HDRINCL
#define IPV6_HDRINCL 36
#endif
#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

/* Smallest nlmsg of interest (a header and a few octets) times this many fill the page: the bound of the state below. */
#define MOST_REQUESTS (sizeof(((struct table *)0)->octets) / sizeof(struct nlmsghdr))

/* 1 once the kernel has answered request i (in the order of the table) with success or "already so". */
static uint8_t settled[MOST_REQUESTS];

static void option(int socket, int level, int name, int value) { setsockopt(socket, level, name, &value, sizeof value); }

bool fence_open(struct fence_sockets *sockets) {
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    sockets->raw4 = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
    if (sockets->raw4 >= 0) {
        option(sockets->raw4, IPPROTO_IP, IP_HDRINCL, 1);
        option(sockets->raw4, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
        option(sockets->raw4, SOL_SOCKET, SO_RCVBUF, 1);
    }
    sockets->raw6 = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_RAW);
    if (sockets->raw6 >= 0) {
        option(sockets->raw6, IPPROTO_IPV6, IPV6_HDRINCL, 1);
        option(sockets->raw6, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
        option(sockets->raw6, SOL_SOCKET, SO_RCVBUF, 1);
    }
    sockets->route = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (sockets->route < 0) return false;
    /* An ack costs about 768 octets of the buffer; without NET_ADMIN in the initial namespace the second call is a no-op. */
    option(sockets->route, SOL_SOCKET, SO_RCVBUF, 4 << 20);
    option(sockets->route, SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20);
    option(sockets->route, SOL_NETLINK, NETLINK_CAP_ACK, 1);
    return bind(sockets->route, (struct sockaddr *)&kernel, sizeof kernel) == 0 &&
           connect(sockets->route, (struct sockaddr *)&kernel, sizeof kernel) == 0;
}

/* Walks all nlmsgs of the table; well-formedness was checked when the table was taken. */
struct walk {
    const struct table *table;
    uint32_t entry, at, index;
};

static const uint8_t *next(struct walk *walk, uint32_t *length, uint32_t *index) {
    for (; walk->entry < walk->table->count; walk->entry++, walk->at = 0) {
        const struct page_message *entry = &walk->table->entry[walk->entry];
        if (entry->kind != MESSAGE_NETLINK_ROUTE || walk->at >= entry->length) continue;
        const uint8_t *octets = walk->table->octets + entry->offset + walk->at;
        struct nlmsghdr header;
        memcpy(&header, octets, sizeof header);
        *length = header.nlmsg_len;
        *index = walk->index++;
        walk->at += NLMSG_ALIGN(header.nlmsg_len);
        return octets;
    }
    return NULL;
}

/* One datagram; the sequence numbers are ours, so that an answer can be told from an answer to an earlier pass. */
static int transmit(int socket, const uint8_t *octets, uint32_t length) {
    ssize_t n;
    do n = send(socket, octets, length, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n < 0 ? errno : 0;
}

static uint32_t sequence; /* of the first request of the current pass */

void fence_gate(const struct fence_sockets *sockets, const struct table *table) {
    static uint8_t datagram[sizeof(((struct table *)0)->octets)];
    uint32_t request = 0;
    /* Answers of an earlier pass that nobody read would fill the buffer. The socket is connected to the kernel: nobody else
       can send to it, and the kernel only answers. */
    for (size_t i = 0; i < MOST_REQUESTS; i++)
        if (recv(sockets->route, datagram, sizeof datagram, MSG_DONTWAIT) < 0 && errno == EAGAIN) break;
    sequence += 0x10000;
    memset(settled, 0, sizeof settled);
    for (uint32_t i = 0; i < table->count; i++) {
        const struct page_message *entry = &table->entry[i];
        if (entry->kind != MESSAGE_NETLINK_ROUTE) continue;
        memcpy(datagram, table->octets + entry->offset, entry->length);
        for (uint32_t at = 0; at < entry->length;) {
            struct nlmsghdr header;
            memcpy(&header, datagram + at, sizeof header);
            header.nlmsg_seq = sequence + request++;
            memcpy(datagram + at, &header, sizeof header);
            at += NLMSG_ALIGN(header.nlmsg_len);
        }
        transmit(sockets->route, datagram, entry->length); /* a failure shows as a missing answer */
    }
}

static bool already_so(int error) {
    /* Added before; removed before (rule, address, route); its device has gone, and the address with it. */
    return error == EEXIST || error == ENOENT || error == EADDRNOTAVAIL || error == ESRCH || error == ENODEV;
}

static void note(struct fence_result *result, int error, const char *what) {
    if (result->refused++ == 0) {
        result->firstErrno = error;
        result->firstWhat = what;
    }
}

/* Reads what has been answered. Returns the errno of the last refusal, 0 if there was none. */
static int collect(int route) {
    uint8_t octets[8192];
    int refusal = 0;
    for (size_t i = 0; i < MOST_REQUESTS; i++) {
        ssize_t n = recv(route, octets, sizeof octets, MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == ENOBUFS)) continue;
        if (n < 0) return refusal;
        for (struct nlmsghdr *h = (struct nlmsghdr *)octets; NLMSG_OK(h, (size_t)n); h = NLMSG_NEXT(h, n)) {
            if (h->nlmsg_type != NLMSG_ERROR || h->nlmsg_len < NLMSG_LENGTH(sizeof(int))) continue;
            uint32_t index = h->nlmsg_seq - sequence;
            int error = -*(int *)NLMSG_DATA(h);
            if (index >= MOST_REQUESTS) continue;
            if (error == 0 || already_so(error)) settled[index] = 1;
            else refusal = error;
        }
    }
    return refusal;
}

/* Sends again, each in a datagram of its own, what has no good answer. Returns how many that were. */
static uint32_t again(const struct fence_sockets *sockets, const struct table *table, int *refusal) {
    uint32_t length, index, open = 0;
    struct walk walk = {.table = table};
    for (const uint8_t *octets; (octets = next(&walk, &length, &index)) != NULL;) {
        if (settled[index]) continue;
        static uint8_t copy[sizeof(((struct table *)0)->octets)];
        struct nlmsghdr header;
        memcpy(copy, octets, length);
        memcpy(&header, copy, sizeof header);
        header.nlmsg_seq = sequence + index;
        memcpy(copy, &header, sizeof header);
        int error = transmit(sockets->route, copy, length);
        if (error == 0) error = collect(sockets->route);
        if (!settled[index]) {
            open++;
            *refusal = error != 0 ? error : ENOBUFS;
        }
    }
    return open;
}

void fence_settle(const struct fence_sockets *sockets, const struct table *table, int tries, struct fence_result *result) {
    uint32_t length, index, requests = 0, open = 0;
    int refusal = collect(sockets->route);
    struct walk walk = {.table = table};
    while (next(&walk, &length, &index) != NULL) {
        requests++;
        open += !settled[index];
    }
    result->messages += requests;
    for (int i = 0; open > 0 && i < tries; i++) {
        struct timespec pause = {.tv_nsec = 5000000};
        if (i > 0) nanosleep(&pause, NULL);
        open = again(sockets, table, &refusal);
    }
    for (uint32_t i = 0; i < open; i++) note(result, refusal, "netlink request");
}

static int send_packet(int socket, const struct sockaddr *to, socklen_t toLength, int level, int type, const void *info,
                       size_t infoLength, const uint8_t *octets, uint32_t length) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(struct in6_pktinfo))];
    } control = {0};
    struct iovec part = {(void *)octets, length};
    struct msghdr message = {.msg_name = (void *)to,
                             .msg_namelen = toLength,
                             .msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = CMSG_SPACE(infoLength)};
    control.header.cmsg_level = level;
    control.header.cmsg_type = type;
    control.header.cmsg_len = CMSG_LEN(infoLength);
    memcpy(CMSG_DATA(&control.header), info, infoLength);
    ssize_t n;
    do n = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n < 0 ? errno : 0;
}

static int goodbye4(int socket, const struct page_message *entry, const uint8_t *octets) {
    struct sockaddr_in to = {.sin_family = AF_INET};
    struct in_pktinfo info = {.ipi_ifindex = (int)entry->ifindex};
    memcpy(&to.sin_addr, octets + offsetof(struct iphdr, daddr), sizeof to.sin_addr);
    return send_packet(socket, (struct sockaddr *)&to, sizeof to, IPPROTO_IP, IP_PKTINFO, &info, sizeof info, octets,
                       entry->length);
}

static int goodbye6(int socket, const struct page_message *entry, const uint8_t *octets) {
    struct sockaddr_in6 to = {.sin6_family = AF_INET6};
    struct in6_pktinfo info = {.ipi6_ifindex = entry->ifindex};
    memcpy(&to.sin6_addr, octets + 24, sizeof to.sin6_addr);
    if (IN6_IS_ADDR_MULTICAST(&to.sin6_addr) || IN6_IS_ADDR_LINKLOCAL(&to.sin6_addr)) to.sin6_scope_id = entry->ifindex;
    return send_packet(socket, (struct sockaddr *)&to, sizeof to, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info, octets,
                       entry->length);
}

void fence_goodbye(const struct fence_sockets *sockets, const struct table *table, struct fence_result *result) {
    for (uint32_t i = 0; i < table->count; i++) {
        const struct page_message *entry = &table->entry[i];
        const uint8_t *octets = table->octets + entry->offset;
        if (entry->kind == MESSAGE_NETLINK_ROUTE) continue;
        int error = entry->kind == MESSAGE_IPV4 ? goodbye4(sockets->raw4, entry, octets)
                                                : goodbye6(sockets->raw6, entry, octets);
        result->messages++;
        if (error) note(result, error, "goodbye packet");
    }
}
