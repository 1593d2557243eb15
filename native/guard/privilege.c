#include "privilege.h"

#include <alloca.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "helper.h"

#define FIFO_PRIORITY 50
#define COLLECTOR "VM Thread" /* HotSpot's; the serial collector works on it */
#define ROLE_PRIORITY 10 /* below the guard: a runaway role thread can be fenced */

#define BIT(capability) (UINT64_C(1) << (capability))
#define NETWORK (BIT(CAP_NET_ADMIN) | BIT(CAP_NET_RAW) | BIT(CAP_NET_BIND_SERVICE))
/* KILL, SYS_NICE: the child may belong to another user. SETUID, SETGID: its successor will. SETPCAP: its bounding set. */
#define GUARD (NETWORK | BIT(CAP_KILL) | BIT(CAP_SYS_NICE))
#define SWITCH (BIT(CAP_SETUID) | BIT(CAP_SETGID) | BIT(CAP_SETPCAP))

struct capabilities {
    uint64_t effective, permitted, inheritable;
};

static bool get(struct capabilities *caps) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data) != 0) return false;
    caps->effective = data[0].effective | (uint64_t)data[1].effective << 32;
    caps->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    caps->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
    return true;
}

static bool set(const struct capabilities *caps) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {
        {(uint32_t)caps->effective, (uint32_t)caps->permitted, (uint32_t)caps->inheritable},
        {(uint32_t)(caps->effective >> 32), (uint32_t)(caps->permitted >> 32), (uint32_t)(caps->inheritable >> 32)}};
    return syscall(SYS_capset, &header, data) == 0;
}

/* Touches the stack once, so that no page of it is missing when it counts. */
static __attribute__((noinline)) void touch_stack(void) {
    volatile char *stack = alloca(256 << 10);
    for (size_t i = 0; i < 256 << 10; i += 1024) stack[i] = 0;
}

static void exempt_from_oom_killer(void) {
    int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, "-1000", 5) != 5)
        say("warning: not exempt from the OOM killer: %s", strerror(errno));
    if (file >= 0) close(file);
}

void privilege_harden(void) {
    struct rlimit none = {0, 0}, all = {RLIM_INFINITY, RLIM_INFINITY};
    struct sched_param priority = {.sched_priority = FIFO_PRIORITY};
    exempt_from_oom_killer();
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_MEMLOCK, &all);
    if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) say("warning: memory is not locked: %s", strerror(errno));
    touch_stack();
    if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &priority) != 0)
        say("warning: no real-time scheduling: %s", strerror(errno));
}

void privilege_drop(bool switchUser) {
    struct capabilities caps;
    uint64_t keep = GUARD | (switchUser ? SWITCH : 0);
    if (!get(&caps)) return;
    caps.effective &= keep;
    if (switchUser) {
        caps.permitted &= keep;
        caps.inheritable &= keep;
    }
    if (!set(&caps)) say("warning: capabilities cannot be dropped: %s", strerror(errno));
}

const char *privilege_missing(void) {
    static const struct {
        int capability;
        const char *name;
    } needed[] = {{CAP_NET_ADMIN, "NET_ADMIN"}, {CAP_NET_RAW, "NET_RAW"}, {CAP_NET_BIND_SERVICE, "NET_BIND_SERVICE"},
                  {CAP_SETUID, "SETUID"},       {CAP_SETGID, "SETGID"},   {CAP_SETPCAP, "SETPCAP"}};
    static char text[128];
    struct capabilities caps;
    if (!get(&caps)) return "";
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!(caps.permitted & BIT(needed[i].capability))) {
            if (text[0] != 0) strcat(text, " ");
            strcat(text, needed[i].name);
        }
    return text;
}

bool privilege_become(uid_t uid, gid_t gid, const gid_t *groups, int groupCount) {
    struct capabilities caps = {NETWORK, NETWORK, NETWORK};
    for (int i = 0; i <= CAP_LAST_CAP; i++)
        if (!(NETWORK & BIT(i))) prctl(PR_CAPBSET_DROP, i);
    if (prctl(PR_SET_KEEPCAPS, 1) != 0) return false;
    /* Not through libc, which would look for other threads: after fork() there are none. */
    if (syscall(SYS_setgroups, groupCount, groups) != 0 || syscall(SYS_setresgid, gid, gid, gid) != 0 ||
        syscall(SYS_setresuid, uid, uid, uid) != 0)
        return false;
    return set(&caps);
}

void privilege_raise_ambient(void) {
    static const int network[] = {CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE};
    struct capabilities caps;
    if (geteuid() == 0 || !get(&caps)) return; /* root has them without */
    caps.inheritable |= caps.permitted & NETWORK;
    set(&caps);
    for (size_t i = 0; i < sizeof network / sizeof network[0]; i++)
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, network[i], 0, 0);
}

bool privilege_schedule(pid_t child, pid_t thread) {
    struct sched_param priority = {.sched_priority = ROLE_PRIORITY};
    if (syscall(SYS_tgkill, child, thread, 0) != 0) return false;
    return sched_setscheduler(thread, SCHED_RR | SCHED_RESET_ON_FORK, &priority) == 0;
}

/* The name of a thread; empty when it is gone. */
static void thread_name(pid_t process, pid_t thread, char name[16]) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/comm", process, thread);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file >= 0 ? read(file, name, 15) : 0;
    if (file >= 0) close(file);
    if (length < 0) length = 0;
    name[length] = 0;
    name[strcspn(name, "\n")] = 0;
}

void privilege_schedule_collector(pid_t child) {
    char path[32], name[16];
    struct sched_param priority = {.sched_priority = ROLE_PRIORITY - 1};
    snprintf(path, sizeof path, "/proc/%d/task", child);
    DIR *tasks = opendir(path);
    if (tasks == NULL) return;
    for (struct dirent *one; (one = readdir(tasks)) != NULL;) {
        pid_t thread = (pid_t)atoi(one->d_name);
        if (thread == 0) continue;
        thread_name(child, thread, name);
        if (strcmp(name, COLLECTOR) == 0) sched_setscheduler(thread, SCHED_RR | SCHED_RESET_ON_FORK, &priority);
    }
    closedir(tasks);
}
