#include "guard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clocks.h"
#include "fence.h"
#include "helper.h"
#include "notify.h"
#include "page.h"
#include "privilege.h"
#include "setup.h"
#include "table.h"

#define MS UINT64_C(1000000)
#define TICK (10 * MS) /* how late the guard may see that it was armed, or a new table */
#define BACK_OFF_FIRST (100 * MS)
#define BACK_OFF_MOST (5000 * MS)
#define HEALTHY (30000 * MS)
#define SETTLE_TRIES 5
#define LATE (20 * MS) /* worth a line in the log */

static struct guard {
    struct page *page;
    struct table table; /* the last good copy */
    uint64_t seen;      /* seqlock of that copy */
    struct fence_sockets sockets;
    struct launch *launch;
    uint64_t stopAfter; /* how long a child may take to obey SIGTERM */

    pid_t child; /* 0: none */
    int childFile;
    bool killed; /* SIGKILL sent to this child */
    bool fenced; /* this child's reign is over */
    uint64_t started, restartAt, backOff;

    bool stopping;
    uint64_t stopAt;
    uint32_t armed, roleTid; /* as last seen */
    uint32_t notice, pulse;  /* as last seen */
    uint64_t pulseAt;        /* when the engine last moved */
    uint64_t stallAfter;     /* 0: never mind */
    uint64_t watchdogAt;     /* when the service manager was last told that we live */
    bool ready;              /* it knows that we are */
    bool noticePending;      /* something is to be told, or told again */
    bool storeWanted, invalidReported, schedulingReported;
    bool fileStays; /* the fence file is for whoever comes after us */
} guard;

static uint64_t now(void) { return clocks_now(); }

#define READ(field) __atomic_load_n(&guard.page->field, __ATOMIC_ACQUIRE)
#define WRITE(field, value) __atomic_store_n(&guard.page->field, value, __ATOMIC_RELEASE)

/* --- fencing ------------------------------------------------------------------------------------------------------- */

static void take_table(void) {
    switch (table_take(guard.page, &guard.table, &guard.seen)) {
        case TABLE_NEW:
            guard.storeWanted = true;
            guard.invalidReported = false;
            break;
        case TABLE_INVALID:
            if (!guard.invalidReported) say("error: the published fence messages are malformed: keeping the last good ones");
            guard.invalidReported = true;
            break;
        case TABLE_TORN:
        case TABLE_UNCHANGED:
            break;
    }
}

static void kill_child(void) {
    if (guard.child == 0 || guard.killed) return;
    guard.killed = true;
    /* Not yet waited for, so neither number can belong to anybody else. */
    kill(-guard.child, SIGKILL);
    kill(guard.child, SIGKILL);
}

static const char *reason_text(enum fence_reason reason) {
    switch (reason) {
        case FENCE_LEASE_EXPIRED:
            return "the lease ran out";
        case FENCE_CHILD_EXITED:
            return "the daemon exited";
        case FENCE_STOPPED:
            return "told to stop, and the daemon did not";
        case FENCE_NEVER:
            break;
    }
    return "?";
}

/* Gate first; then the child, so that it cannot wake up and speak after the goodbye; then the goodbye; then the rest. */
static void fence(enum fence_reason reason) {
    struct fence_result result = {0};
    uint64_t began = now();
    take_table();
    fence_gate(&guard.sockets, &guard.table);
    kill_child();
    fence_goodbye(&guard.sockets, &guard.table, &result);
    uint64_t took = now() - began;
    fence_settle(&guard.sockets, &guard.table, SETTLE_TRIES, &result);
    guard.fenced = true;
    WRITE(fencedAtNs, began);
    WRITE(fenceTookNs, took);
    WRITE(fenceReason, (uint32_t)reason);
    WRITE(fenceErrors, result.refused);
    WRITE(fenceCount, READ(fenceCount) + 1);
    say("fenced: %s; %u messages, %u refused, %llu us, heartbeat %u", reason_text(reason), result.messages, result.refused,
        (unsigned long long)(took / 1000), READ(heartbeat));
    if (result.refused > 0) say("error: fence: %s: %s", result.firstWhat, strerror(result.firstErrno));
    if (guard.table.count == 0) say("warning: there was nothing to fence with");
}

/*
 * A child killed in the middle of a system call may have finished it after our messages: once it is gone for good,
 * everything is said a second time. All messages are idempotent.
 */
static void fence_again(void) {
    struct fence_result result = {0};
    fence_gate(&guard.sockets, &guard.table);
    fence_settle(&guard.sockets, &guard.table, SETTLE_TRIES, &result);
    if (result.refused > 0) say("error: second fence: %s: %s", result.firstWhat, strerror(result.firstErrno));
}

/*
 * This daemon did not end in order and no other one follows. A lone one is not armed, its gate may be open, and its
 * kernel would go on with nobody in charge: the last table that was ever published says how to end that. ExecStopPost says
 * it once more.
 */
static void fence_for_good(void) {
    struct timespec pause = {.tv_nsec = 1000000};
    take_table();
    if (guard.table.count == 0) return;
    if (!guard.fenced) fence(FENCE_CHILD_EXITED);
    guard.fileStays = true;
    for (int i = 0; i < 1000 && !helper_store(&guard.table, true); i++) nanosleep(&pause, NULL);
}

/*
 * Armed is read on both sides of the deadline: the JVM renews before it arms, and disarms before it stops renewing. A suspend
 * counts although the lease's clock stood still, and although the JVM may have woken up first and renewed.
 */
static bool lease_expired(void) {
    uint64_t suspended = clocks_suspended();
    if (suspended != 0) say("warning: this machine was suspended for %llu ms", (unsigned long long)(suspended / MS));
    if (READ(armed) == 0) return false;
    uint64_t deadline = READ(leaseDeadlineNs);
    return now() + suspended >= deadline && READ(armed) != 0;
}

/* --- the child ----------------------------------------------------------------------------------------------------- */

/* What the last JVM wrote is not the next one's. The report of the last fence stays. */
static void clear_page(void) {
    WRITE(armed, 0);
    WRITE(leaseDeadlineNs, 0);
    WRITE(roleTid, 0);
    WRITE(heartbeat, 0);
    WRITE(seqlock, 0);
    WRITE(messageCount, 0);
    WRITE(notice, 0);
    WRITE(pulse, 0);
    guard.notice = 0;
    guard.seen = 0;
    guard.roleTid = 0;
}

static void back_off(void) {
    uint64_t time = now();
    if (guard.started != 0 && time - guard.started >= HEALTHY) guard.backOff = 0;
    guard.backOff = guard.backOff == 0 ? BACK_OFF_FIRST : guard.backOff * 2;
    if (guard.backOff > BACK_OFF_MOST) guard.backOff = BACK_OFF_MOST;
    guard.restartAt = time + guard.backOff;
    say("restart in %llu ms", (unsigned long long)(guard.backOff / MS));
}

static void start_child(void) {
    guard.started = now();
    guard.killed = guard.fenced = false;
    pid_t child = launch_start(guard.launch);
    if (child < 0) {
        say("error: cannot start the daemon: %s", strerror(errno));
        back_off();
        return;
    }
    guard.child = child;
    guard.childFile = (int)syscall(SYS_pidfd_open, child, 0);
    if (guard.childFile < 0) say("warning: no pidfd, polling instead: %s", strerror(errno));
    guard.pulse = 0;
    guard.pulseAt = guard.started;
    guard.noticePending = true;
    say("started the daemon, pid %d", child);
}

static int exit_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

static void tell_exit(int status) {
    if (WIFSIGNALED(status)) say("warning: the daemon was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == EXIT_AGAIN) say("the daemon exited with status %d", WEXITSTATUS(status));
    else say("warning: the daemon exited with status %d", WEXITSTATUS(status));
}

/* Returns -1 to go on, or the guard's exit status. The child is gone: all its threads, all its system calls. */
static int child_exited(int status) {
    bool armed = READ(armed) != 0;
    guard.child = 0;
    if (guard.childFile >= 0) close(guard.childFile);
    guard.childFile = -1;
    if (guard.fenced) fence_again();
    else if (armed) fence(FENCE_CHILD_EXITED);
    tell_exit(status);
    bool final = WIFEXITED(status) && (WEXITSTATUS(status) == EXIT_CONFIG || WEXITSTATUS(status) == EXIT_USAGE);
    if (guard.stopping ? exit_status(status) != 0 : final) fence_for_good();
    clear_page();
    if (guard.stopping) return exit_status(status);
    if (final) {
        say("error: not started again: its configuration must be put right first");
        return WEXITSTATUS(status);
    }
    back_off();
    return -1;
}

/* As process 1 of a container the guard inherits orphans, of hooks for instance. Its own child is left to reap_child. */
static void reap_orphans(void) {
    if (getpid() != 1) return;
    for (;;) {
        siginfo_t info = {0};
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0 || info.si_pid == guard.child)
            return;
        waitpid(info.si_pid, NULL, WNOHANG);
    }
}

static int reap_child(void) {
    int status;
    pid_t pid;
    if (guard.child == 0) return -1;
    do pid = waitpid(guard.child, &status, WNOHANG);
    while (pid < 0 && errno == EINTR);
    if (pid < 0 && errno == ECHILD) { /* cannot be; but a child that is gone must never be taken for a living one */
        pid = guard.child;
        status = SIGKILL;
    }
    return pid == guard.child ? child_exited(status) : -1;
}

/* --- what the service manager is told ------------------------------------------------------------------------------ */

/* The engine's own words, if it is ready and not just writing them. */
static bool read_status(char text[PAGE_STATUS]) {
    uint32_t before = READ(notice);
    if (before == 0 || (before & 1) != 0) return false;
    for (size_t i = 0; i < PAGE_STATUS; i++) text[i] = READ(status[i]);
    text[PAGE_STATUS - 1] = 0;
    for (char *c = text; *c != 0; c++)
        if ((unsigned char)*c < ' ') *c = ' '; /* one line: the next would be a message of its own */
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return READ(notice) == before;
}

static void tell_state(void) {
    char status[PAGE_STATUS], text[PAGE_STATUS + 64];
    uint32_t notice = READ(notice);
    if (notice == guard.notice && !guard.noticePending) return;
    if (guard.stopping) snprintf(text, sizeof text, "STOPPING=1\nSTATUS=stopping\n");
    else if (notice == 0) snprintf(text, sizeof text, "STATUS=the engine is starting\n");
    else if (read_status(status)) snprintf(text, sizeof text, "%sSTATUS=%s\n", guard.ready ? "" : "READY=1\n", status);
    else return; /* torn: in 10 ms */
    guard.noticePending = !notify_send(text);
    if (guard.noticePending) return;
    guard.notice = notice;
    if (notice != 0) guard.ready = true;
}

static void tell_alive(uint64_t time) {
    uint64_t every = notify_watchdog_ns() / 3;
    if (every == 0 || time - guard.watchdogAt < every) return;
    if (notify_send("WATCHDOG=1\n")) guard.watchdogAt = time;
}

/* The lease watches over a pair's role; this over the engine of any daemon. In a pair the end of the child is a fence. */
static void watch_pulse(uint64_t time) {
    uint32_t pulse = READ(pulse);
    if (pulse != guard.pulse || READ(notice) == 0 || guard.child == 0) {
        guard.pulse = pulse;
        guard.pulseAt = time;
    } else if (guard.stallAfter != 0 && time - guard.pulseAt >= guard.stallAfter && !guard.killed && !guard.stopping) {
        say("error: the engine has not moved for %llu s: killing it", (unsigned long long)(guard.stallAfter / (1000 * MS)));
        kill_child();
    }
}

/* --- the loop ------------------------------------------------------------------------------------------------------ */

static int on_stop_signal(int signal) {
    say("%s", strsignal(signal));
    if (guard.child == 0) {
        fence_for_good();
        return 0;
    }
    if (guard.stopping) {
        guard.stopAt = now(); /* asked twice: at once */
        return -1;
    }
    guard.stopping = true;
    guard.stopAt = now() + guard.stopAfter;
    guard.noticePending = true;
    kill(guard.child, SIGTERM);
    return -1;
}

static int on_signals(int file) {
    struct signalfd_siginfo info;
    int result = -1;
    while (read(file, &info, sizeof info) == (ssize_t)sizeof info) {
        int signal = (int)info.ssi_signo;
        if (signal == SIGTERM || signal == SIGINT) result = on_stop_signal(signal);
        if (signal == SIGQUIT && guard.child != 0) kill(guard.child, SIGQUIT); /* a JVM prints its threads */
        if (result >= 0) return result;
    }
    reap_orphans();
    return result;
}

static void watch_page(void) {
    uint32_t armed = READ(armed), tid = READ(roleTid);
    take_table();
    if (armed != guard.armed) guard.storeWanted = true;
    guard.armed = armed;
    if (tid != guard.roleTid) {
        guard.roleTid = tid;
        if (tid != 0 && !privilege_schedule(guard.child, (pid_t)tid) && !guard.schedulingReported) {
            guard.schedulingReported = true;
            say("warning: no real-time scheduling for the role thread: %s", strerror(errno));
        }
        if (tid != 0) privilege_schedule_collector(guard.child);
    }
    if (guard.storeWanted && helper_store(&guard.table, armed != 0)) guard.storeWanted = false;
}

static uint64_t wait_until(void) {
    uint64_t time = now(), every = notify_watchdog_ns() / 3;
    if (guard.child == 0)
        return every != 0 && guard.watchdogAt + every < guard.restartAt ? guard.watchdogAt + every : guard.restartAt;
    uint64_t until = time + TICK;
    if (READ(armed) != 0 && !guard.fenced) {
        uint64_t deadline = READ(leaseDeadlineNs);
        if (deadline < until) until = deadline;
    }
    if (guard.stopping && !guard.killed && guard.stopAt < until) until = guard.stopAt;
    return until;
}

/* A machine that stood still explains much that follows: it is said, at most once in a second. */
static void report_lateness(uint64_t time, uint64_t until) {
    static uint64_t quietUntil;
    if (time >= until + 1000 * MS) guard.pulseAt = time; /* we stood still as well: no proof against the engine */
    if (time < until + LATE || time < quietUntil || guard.child == 0) return;
    quietUntil = time + 1000 * MS;
    say("warning: woke up %llu ms late", (unsigned long long)((time - until) / MS));
}

static void wait_for_events(int signals) {
    struct pollfd files[] = {{.fd = signals, .events = POLLIN}, {.fd = guard.childFile, .events = POLLIN}};
    uint64_t time = now(), until = wait_until(), span = until > time ? until - time : 0;
    struct timespec limit = {.tv_sec = (time_t)(span / (1000 * MS)), .tv_nsec = (long)(span % (1000 * MS))};
    ppoll(files, 2, &limit, NULL); /* whatever woke us: everything is looked at again */
    report_lateness(now(), until);
}

static int loop(int signals) {
    for (;;) {
        int status;
        if (guard.child == 0 && now() >= guard.restartAt) start_child();
        wait_for_events(signals);
        if (guard.child != 0) {
            if (!guard.fenced && lease_expired()) fence(FENCE_LEASE_EXPIRED);
            if (guard.stopping && !guard.killed && now() >= guard.stopAt) {
                if (guard.fenced) kill_child();
                else fence(FENCE_STOPPED);
            }
            if ((status = reap_child()) >= 0) return status;
        }
        watch_page();
        watch_pulse(now());
        tell_state();
        tell_alive(now());
        if ((status = on_signals(signals)) >= 0) return status;
    }
}

/* --- start --------------------------------------------------------------------------------------------------------- */

static int fail(const char *what) {
    say("error: %s: %s", what, strerror(errno));
    return EXIT_INTERNAL;
}

int guard_run(const struct options *options, struct launch *launch) {
    guard.launch = launch;
    guard.childFile = -1;
    guard.stopAfter = (uint64_t)options->stopSeconds * 1000 * MS;
    guard.stallAfter = (uint64_t)options->stallSeconds * 1000 * MS;
    launch->guard = getpid();
    const char *missing = launch->switchUser ? privilege_missing() : "";
    if (*missing != 0) {
        say("error: capabilities are missing: %s; start polluxd as root or by its unit, a container with --cap-add", missing);
        return EXIT_CONFIG;
    }
    int signals = setup_signals();
    if (signals < 0) return fail("signalfd");
    int directory = setup_run_directory(options->runDirectory, launch);
    if (directory < 0) {
        if (errno == EWOULDBLOCK) say("error: another polluxd runs in %s", options->runDirectory);
        else say("error: run directory %s: %s", options->runDirectory, strerror(errno));
        return EXIT_CONFIG;
    }
    table_take_left(options->runDirectory, &guard.table);
    guard.page = setup_page(launch);
    if (guard.page == NULL) return fail("shared page");
    if (!fence_open(&guard.sockets)) return fail("netlink socket");
    if (guard.sockets.raw4 < 0) say("warning: no raw IPv4 socket, no VRRP goodbye: %s", strerror(errno));
    privilege_harden();
    privilege_drop(launch->switchUser);
    if (!helper_start(directory)) return fail("helper thread");
    clocks_suspended(); /* what it compares with from now on */
    int status = loop(signals);
    notify_send("STOPPING=1\nSTATUS=stopped\n");
    helper_stop();
    setup_leave(directory, guard.fileStays); /* orderly: nothing is left to be fenced */
    return status;
}
