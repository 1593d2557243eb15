/*
 * Stands in for the JVM in the tests: does what the lines of the --config file say, on the page in $POLLUX_GUARD_FD.
 *
 *   rule PREF FROM          message: add rule `from FROM blackhole`
 *   noaddr ADDRESS IFINDEX  message: remove ADDRESS/32
 *   packet IFINDEX HEX      message: an IPv4 packet
 *   packet6 IFINDEX HEX     message: an IPv6 packet
 *   raw KIND HEX            message: any octets
 *   publish | publish-odd   writes the table; -odd dies in the middle of it
 *   renew MS | arm N | tid  writes the page
 *   serve MS                renews for MS again and again until SIGTERM, then exits 0
 *   notice TEXT             ready, in this state
 *   beat N                  renews the pulse N times, a tenth of a second apart
 *   journal TEXT            appends to the journal's memory and prints all of it
 *   collector               a thread with the name of the JVM's that collects garbage
 *   deaf                    ignores SIGTERM
 *   print TEXT | show-page | show-self    to stdout
 *   once FILE               ends here if FILE exists, else creates it and goes on
 *   wait FILE               until FILE exists
 *   sleep | exit N
 */
#include <arpa/inet.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../page.h"

static struct page *page;
static volatile sig_atomic_t stopped;

static struct page_message entries[PAGE_MESSAGES];
static uint8_t octets[sizeof(((struct page *)0)->octets)];
static uint32_t count, used;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void on_term(int signal) {
    (void)signal;
    stopped = 1;
}

static void message(uint32_t kind, uint32_t ifindex, const void *data, uint32_t length) {
    entries[count] = (struct page_message){kind, ifindex, (uint32_t)offsetof(struct page, octets) + used, length};
    memcpy(octets + used, data, length);
    used += (length + 3) & ~3u;
    count++;
}

static void attribute(struct nlmsghdr *header, unsigned short type, const void *data, unsigned short length) {
    struct rtattr *attr = (struct rtattr *)((char *)header + NLMSG_ALIGN(header->nlmsg_len));
    attr->rta_type = type;
    attr->rta_len = (unsigned short)RTA_LENGTH(length);
    memcpy(RTA_DATA(attr), data, length);
    header->nlmsg_len = NLMSG_ALIGN(header->nlmsg_len) + RTA_ALIGN(attr->rta_len);
}

static void rule(uint32_t priority, const char *from) {
    struct {
        struct nlmsghdr n;
        struct fib_rule_hdr h;
        char space[64];
    } request = {{NLMSG_LENGTH(sizeof(struct fib_rule_hdr)), RTM_NEWRULE, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, 0, 0},
                 {.family = AF_INET, .src_len = 32, .action = FR_ACT_BLACKHOLE},
                 {0}};
    struct in_addr address;
    inet_pton(AF_INET, from, &address);
    attribute(&request.n, FRA_SRC, &address, 4);
    attribute(&request.n, FRA_PRIORITY, &priority, 4);
    message(MESSAGE_NETLINK_ROUTE, 0, &request, request.n.nlmsg_len);
}

static void no_address(const char *text, unsigned ifindex) {
    struct {
        struct nlmsghdr n;
        struct ifaddrmsg a;
        char space[64];
    } request = {{NLMSG_LENGTH(sizeof(struct ifaddrmsg)), RTM_DELADDR, NLM_F_REQUEST | NLM_F_ACK, 0, 0},
                 {.ifa_family = AF_INET, .ifa_prefixlen = 32, .ifa_index = ifindex},
                 {0}};
    struct in_addr address;
    inet_pton(AF_INET, text, &address);
    attribute(&request.n, IFA_LOCAL, &address, 4);
    message(MESSAGE_NETLINK_ROUTE, 0, &request, request.n.nlmsg_len);
}

static void hex_message(uint32_t kind, unsigned ifindex, const char *hex) {
    uint8_t data[2048];
    uint32_t length = 0;
    for (unsigned value; sscanf(hex, "%2x", &value) == 1 && length < sizeof data; hex += 2) data[length++] = (uint8_t)value;
    message(kind, ifindex, data, length);
}

static void publish(int odd) {
    uint64_t sequence = __atomic_load_n(&page->seqlock, __ATOMIC_RELAXED);
    __atomic_store_n(&page->seqlock, sequence + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    memcpy(page->messages, entries, sizeof entries);
    memcpy(page->octets, octets, sizeof octets);
    page->messageCount = count;
    if (!odd) __atomic_store_n(&page->seqlock, sequence + 2, __ATOMIC_RELEASE);
    count = used = 0;
}

static void renew(unsigned ms) {
    __atomic_store_n(&page->leaseDeadlineNs, now() + ms * 1000000ull, __ATOMIC_RELEASE);
    __atomic_fetch_add(&page->heartbeat, 1, __ATOMIC_RELAXED);
}

static void serve(unsigned ms) {
    struct timespec pause = {.tv_nsec = 5000000};
    while (!stopped) {
        renew(ms);
        nanosleep(&pause, NULL);
    }
    exit(0);
}

static void show_self(void) {
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "Uid:", 4) == 0 || strncmp(line, "Cap", 3) == 0) fputs(line, stdout);
    file = fopen("/proc/self/oom_score_adj", "r");
    if (file != NULL && fgets(line, sizeof line, file) != NULL) printf("oom %s", line);
    printf("journal %s\n", getenv("POLLUX_JOURNAL_FD"));
}

static void once(const char *path) {
    struct stat status;
    if (stat(path, &status) == 0) {
        for (;;) pause();
    }
    FILE *file = fopen(path, "w");
    if (file != NULL) fclose(file);
}

static void wait_for(const char *path) {
    struct timespec pause = {.tv_nsec = 5000000};
    while (access(path, F_OK) != 0) nanosleep(&pause, NULL);
}

static void notice(const char *text) {
    uint32_t before = __atomic_load_n(&page->notice, __ATOMIC_RELAXED);
    __atomic_store_n(&page->notice, before + 1, __ATOMIC_RELEASE);
    snprintf(page->status, sizeof page->status, "%s", text);
    __atomic_store_n(&page->notice, before + 2, __ATOMIC_RELEASE);
}

static void *collect(void *unused) {
    for (;;) pause();
    return unused;
}

static void collector(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, collect, NULL) != 0 || pthread_setname_np(thread, "VM Thread") != 0) exit(1);
}

static void beat(unsigned times) {
    struct timespec pause = {.tv_nsec = 100000000};
    for (; times > 0 && !stopped; times--) {
        __atomic_fetch_add(&page->pulse, 1, __ATOMIC_RELEASE);
        nanosleep(&pause, NULL);
    }
}

static void journal(const char *text) {
    char all[256];
    struct stat status;
    int file = atoi(getenv("POLLUX_JOURNAL_FD"));
    if (fstat(file, &status) != 0 || pwrite(file, text, strlen(text), status.st_size) < 0) _exit(97);
    ssize_t n = pread(file, all, sizeof all, 0);
    printf("journal holds %.*s\n", (int)n, all);
}

static void command(const char *verb, const char *rest) {
    char word[64] = "", hex[4096] = "";
    unsigned number = (unsigned)strtoul(rest, NULL, 10);
    if (strcmp(verb, "rule") == 0 && sscanf(rest, "%u %63s", &number, word) == 2) rule(number, word);
    else if (strcmp(verb, "noaddr") == 0 && sscanf(rest, "%63s %u", word, &number) == 2) no_address(word, number);
    else if (strcmp(verb, "packet") == 0 && sscanf(rest, "%u %4095s", &number, hex) == 2) hex_message(MESSAGE_IPV4, number, hex);
    else if (strcmp(verb, "packet6") == 0 && sscanf(rest, "%u %4095s", &number, hex) == 2) hex_message(MESSAGE_IPV6, number, hex);
    else if (strcmp(verb, "raw") == 0 && sscanf(rest, "%u %4095s", &number, hex) == 2) hex_message(number, 0, hex);
    else if (strcmp(verb, "publish") == 0) publish(0);
    else if (strcmp(verb, "publish-odd") == 0) publish(1);
    else if (strcmp(verb, "renew") == 0) renew(number);
    else if (strcmp(verb, "arm") == 0) __atomic_store_n(&page->armed, number, __ATOMIC_RELEASE);
    else if (strcmp(verb, "collector") == 0) collector();
    else if (strcmp(verb, "tid") == 0) page->roleTid = (uint32_t)(number != 0 ? number : syscall(SYS_gettid));
    else if (strcmp(verb, "serve") == 0) serve(number);
    else if (strcmp(verb, "notice") == 0) notice(rest);
    else if (strcmp(verb, "beat") == 0) beat(number);
    else if (strcmp(verb, "journal") == 0) journal(rest);
    else if (strcmp(verb, "deaf") == 0) signal(SIGTERM, SIG_IGN);
    else if (strcmp(verb, "print") == 0) printf("%s\n", rest);
    else if (strcmp(verb, "show-page") == 0)
        printf("fences %u reason %u errors %u\n", page->fenceCount, page->fenceReason, page->fenceErrors);
    else if (strcmp(verb, "show-self") == 0) show_self();
    else if (strcmp(verb, "once") == 0) once(rest);
    else if (strcmp(verb, "wait") == 0) wait_for(rest);
    else if (strcmp(verb, "sleep") == 0) {
        while (!stopped) pause();
        exit(0);
    } else if (strcmp(verb, "exit") == 0) _exit((int)number);
}

int main(int argc, char **argv) {
    char line[8192], verb[32];
    const char *number = getenv("POLLUX_GUARD_FD"), *config = NULL;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], "--config") == 0) config = argv[i + 1];
    if (number == NULL || config == NULL) { /* `polluxd tool`: show what we were called with */
        for (int i = 1; i < argc; i++) puts(argv[i]);
        return 3;
    }
    page = mmap(NULL, PAGE_OCTETS, PROT_READ | PROT_WRITE, MAP_SHARED, atoi(number), 0);
    if (page == MAP_FAILED || page->magic != PAGE_MAGIC || page->size != PAGE_OCTETS) return 99;
    signal(SIGTERM, on_term);
    FILE *file = fopen(config, "r");
    if (file == NULL) return 98;
    printf("child %d\n", getpid());
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = 0;
        if (sscanf(line, "%31s", verb) != 1) continue;
        const char *rest = line + strlen(verb);
        command(verb, *rest == ' ' ? rest + 1 : rest);
    }
    return 0;
}
