#include "notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "helper.h"

#define FIRST_PASSED 3 /* SD_LISTEN_FDS_START */
#define MOST_PASSED 16

static int manager = -1;
static uint64_t watchdog;
static struct {
    char name[32];
    int file;
} kept[MOST_PASSED];
static int keptCount;

/* A number in the environment, taken out of it; 0 if there is none. */
static uint64_t take_number(const char *name) {
    const char *text = getenv(name);
    char *end;
    errno = 0;
    uint64_t value = text != NULL ? strtoull(text, &end, 10) : 0;
    if (text != NULL && (*text == 0 || *end != 0 || errno != 0)) value = 0;
    unsetenv(name);
    return value;
}

static void open_socket(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if ((path[0] != '/' && path[0] != '@') || length < 2 || length >= sizeof address.sun_path) {
        say("warning: NOTIFY_SOCKET is neither a path nor an abstract name: nobody is told");
        return;
    }
    memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = 0; /* abstract: its length is the name's, without a NUL at the end */
    socklen_t octets = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (path[0] == '/'));
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (manager >= 0 && connect(manager, (struct sockaddr *)&address, octets) == 0) return;
    say("warning: NOTIFY_SOCKET %s: %s", path, strerror(errno));
    if (manager >= 0) close(manager);
    manager = -1;
}

/* Descriptors from the manager, with their names; all are taken, so that none goes on to the child. */
static void take_passed(void) {
    uint64_t pid = take_number("LISTEN_PID"), count = take_number("LISTEN_FDS");
    const char *names = getenv("LISTEN_FDNAMES");
    char *copy = strdup(names != NULL ? names : ""), *rest = copy;
    unsetenv("LISTEN_FDNAMES");
    if (pid != (uint64_t)getpid() || count > MOST_PASSED) count = 0;
    for (int i = 0; i < (int)count; i++) {
        const char *name = strsep(&rest, ":");
        if (fcntl(FIRST_PASSED + i, F_SETFD, FD_CLOEXEC) != 0) continue;
        snprintf(kept[keptCount].name, sizeof kept[keptCount].name, "%s", name != NULL ? name : "");
        kept[keptCount++].file = FIRST_PASSED + i;
    }
    free(copy);
}

void notify_open(void) {
    const char *path = getenv("NOTIFY_SOCKET");
    const char *whose = getenv("WATCHDOG_PID");
    bool ours = whose == NULL || strtoull(whose, NULL, 10) == (unsigned long long)getpid();
    take_passed();
    uint64_t micros = take_number("WATCHDOG_USEC");
    if (ours && micros < UINT64_MAX / 1000) watchdog = micros * 1000;
    if (path != NULL && *path != 0) open_socket(path);
    unsetenv("WATCHDOG_PID");
    unsetenv("NOTIFY_SOCKET");
}

bool notify_present(void) { return manager >= 0; }

uint64_t notify_watchdog_ns(void) { return manager >= 0 ? watchdog : 0; }

/* ENOBUFS, EAGAIN: the manager is busy. Anything else will not get better by saying it again. */
static bool sent(ssize_t n) { return n >= 0 || (errno != EAGAIN && errno != ENOBUFS && errno != EINTR); }

bool notify_send(const char *text) {
    return manager < 0 || sent(send(manager, text, strlen(text), MSG_NOSIGNAL));
}

bool notify_keep(int file, const char *name) {
    char text[80];
    union {
        char octets[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    int length = snprintf(text, sizeof text, "FDSTORE=1\nFDNAME=%s\n", name);
    struct iovec part = {.iov_base = text, .iov_len = (size_t)length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.octets};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &file, sizeof file);
    return manager >= 0 && sendmsg(manager, &message, MSG_NOSIGNAL) >= 0;
}

int notify_kept(const char *name) {
    for (int i = 0; i < keptCount; i++)
        if (strcmp(kept[i].name, name) == 0) return kept[i].file;
    return -1;
}
