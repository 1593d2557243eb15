#include "table.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "helper.h"

static struct page image; /* the raw copy of one reading; too big for the stack, used by the main thread alone */

/* Every nlmsg of a datagram must lie inside it: the kernel would stop at the first that does not, and close half a gate. */
static bool well_formed_netlink(const uint8_t *octets, uint32_t length) {
    uint32_t at = 0;
    while (at < length) {
        struct nlmsghdr header;
        if (length - at < sizeof header) return false;
        memcpy(&header, octets + at, sizeof header);
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > length - at) return false;
        if ((header.nlmsg_flags & (NLM_F_REQUEST | NLM_F_ACK)) != (NLM_F_REQUEST | NLM_F_ACK)) return false;
        if (header.nlmsg_type >= RTM_BASE && (header.nlmsg_type & 3) == 2) return false; /* RTM_GET*: no fence */
        uint32_t step = NLMSG_ALIGN(header.nlmsg_len);
        at = step > length - at ? length : at + step;
    }
    return length > 0;
}

static bool well_formed(const struct page_message *entry, const uint8_t *octets) {
    switch (entry->kind) {
        case MESSAGE_NETLINK_ROUTE:
            return well_formed_netlink(octets, entry->length);
        case MESSAGE_IPV4:
            return entry->length >= 20 && octets[0] >> 4 == 4;
        case MESSAGE_IPV6:
            return entry->length >= 40 && octets[0] >> 4 == 6;
    }
    return false;
}

static bool valid(const struct table *table) {
    if (table->count > PAGE_MESSAGES || table->used > sizeof table->octets) return false;
    for (uint32_t i = 0; i < table->count; i++) {
        const struct page_message *entry = &table->entry[i];
        if (entry->offset > table->used || entry->length > table->used - entry->offset) return false;
        if (!well_formed(entry, table->octets + entry->offset)) return false;
    }
    return true;
}

/* Turns the raw image into a table; false if an entry points outside of the page. */
static bool extract(struct table *into) {
    if (image.messageCount > PAGE_MESSAGES) return false;
    uint32_t used = 0;
    for (uint32_t i = 0; i < image.messageCount; i++) {
        struct page_message entry = image.messages[i];
        if (entry.offset < offsetof(struct page, octets) || entry.offset > PAGE_OCTETS) return false;
        if (entry.length > PAGE_OCTETS - entry.offset) return false;
        entry.offset -= offsetof(struct page, octets);
        if (entry.offset + entry.length > used) used = entry.offset + entry.length;
        into->entry[i] = entry;
    }
    into->count = image.messageCount;
    into->used = used;
    memcpy(into->octets, image.octets, used);
    return valid(into);
}

enum table_read table_take(const struct page *page, struct table *copy, uint64_t *seen) {
    static struct table fresh;
    uint64_t before = __atomic_load_n(&page->seqlock, __ATOMIC_ACQUIRE);
    if (before == *seen || before == 0) return TABLE_UNCHANGED;
    if (before & 1) return TABLE_TORN;
    /* Word by word with atomic loads: the JVM may write at the same time, and then the second look finds it out. */
    const uint64_t *from = (const uint64_t *)page;
    uint64_t *to = (uint64_t *)&image;
    for (size_t i = 0; i < sizeof image / sizeof *to; i++) to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__atomic_load_n(&page->seqlock, __ATOMIC_RELAXED) != before) return TABLE_TORN;
    *seen = before;
    if (!extract(&fresh)) return TABLE_INVALID;
    memcpy(copy, &fresh, sizeof fresh);
    return TABLE_NEW;
}

static int write_all(int file, const void *data, size_t length) {
    const uint8_t *at = data;
    while (length > 0) {
        ssize_t n = write(file, at, length);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return n < 0 ? errno : EIO;
        at += n;
        length -= (size_t)n;
    }
    return 0;
}

int table_store(int directory, const char *name, const struct table *table, bool armed) {
    char fresh[64];
    snprintf(fresh, sizeof fresh, ".%s.new", name);
    unlinkat(directory, fresh, 0);
    int file = openat(directory, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return errno;
    struct table_file header = {TABLE_FILE_MAGIC, PAGE_VERSION, armed, table->count, table->used, 0};
    int error = write_all(file, &header, sizeof header);
    if (!error) error = write_all(file, table->entry, table->count * sizeof table->entry[0]);
    if (!error) error = write_all(file, table->octets, table->used);
    if (close(file) < 0 && !error) error = errno;
    if (!error && renameat(directory, fresh, directory, name) < 0) error = errno;
    if (error) unlinkat(directory, fresh, 0);
    return error;
}

static bool read_all(int file, void *data, size_t length) {
    uint8_t *at = data;
    while (length > 0) {
        ssize_t n = read(file, at, length);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += n;
        length -= (size_t)n;
    }
    return true;
}

static const char *load(int file, struct table *table, bool *armed) {
    struct stat status;
    struct table_file header;
    if (fstat(file, &status) < 0) return strerror(errno);
    if (!S_ISREG(status.st_mode)) return "not a regular file";
    if (status.st_uid != 0 && status.st_uid != geteuid()) return "it belongs to somebody else";
    if (status.st_mode & 022) return "others may write it";
    if (!read_all(file, &header, sizeof header)) return "too short";
    if (header.magic != TABLE_FILE_MAGIC || header.version != PAGE_VERSION) return "not a fence file of this version";
    if (header.count > PAGE_MESSAGES || header.used > sizeof table->octets) return "damaged";
    table->count = header.count;
    table->used = header.used;
    if (!read_all(file, table->entry, header.count * sizeof table->entry[0])) return "too short";
    if (!read_all(file, table->octets, header.used)) return "too short";
    if (!valid(table)) return "damaged";
    *armed = header.armed != 0;
    return NULL;
}

const char *table_load(const char *path, struct table *table, bool *armed) {
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return strerror(errno);
    const char *reason = load(file, table, armed);
    close(file);
    return reason;
}

void table_take_left(const char *runDirectory, struct table *table) {
    char path[4096];
    bool armed;
    if (snprintf(path, sizeof path, "%s/" FENCE_FILE, runDirectory) >= (int)sizeof path) return;
    if (table_load(path, table, &armed) != NULL) table->count = table->used = 0;
}
