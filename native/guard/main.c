/* polluxd: the guard, the way into the offline commands, and the fence for ExecStopPost. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fence.h"
#include "guard.h"
#include "helper.h"
#include "launch.h"
#include "notify.h"
#include "page.h"
#include "table.h"

static const char usage[] =
    "Usage: polluxd [OPTION]...                 start the daemon under its guard\n"
    "       polluxd [OPTION]... tool ARGS...    run an offline command, without guard\n"
    "       polluxd fence --state FILE          close the gate for a guard that died (ExecStopPost)\n"
    "\n"
    "  --config FILE       configuration (/etc/pollux/pollux.conf)\n"
    "  --run-dir DIR       socket, lock and fence file (/run/pollux)\n"
    "  --java PATH         the java program; else ../runtime (unless $POLLUX_JAVA_HOME), $JAVA_HOME, /usr/lib/jvm, $PATH\n"
    "  --lib DIR           class path (../lib beside the directory of this program)\n"
    "  --jvm-option OPT    passed on to java; may be repeated; see also $POLLUX_JVM_OPTIONS\n"
    "  --user NAME         user of the JVM, which keeps NET_ADMIN, NET_RAW and NET_BIND_SERVICE\n"
    "  --stop-timeout S    seconds that the daemon has to stop (10)\n"
    "  --stall-limit S     seconds after which an engine that no longer moves is killed and started again (30; 0 never)\n"
    "  --help, --version\n";

static int misuse(const char *what, const char *argument) {
    fprintf(stderr, "%spolluxd: guard: %s: %s (see polluxd --help)\n", say_priority("error:"), what, argument);
    return EXIT_USAGE;
}

/* Reads options up to the first other argument; returns its index, or -1 after an error line. */
static int parse(int argc, char **argv, struct options *options) {
    int i;
    for (i = 1; i < argc && argv[i][0] == '-'; i++) {
        const char **target = NULL;
        int *seconds = NULL;
        const char *number = NULL;
        char *end;
        if (strcmp(argv[i], "--config") == 0) target = &options->config;
        else if (strcmp(argv[i], "--run-dir") == 0) target = &options->runDirectory;
        else if (strcmp(argv[i], "--java") == 0) target = &options->java;
        else if (strcmp(argv[i], "--lib") == 0) target = &options->library;
        else if (strcmp(argv[i], "--user") == 0) target = &options->user;
        else if (strcmp(argv[i], "--stop-timeout") == 0) target = &number, seconds = &options->stopSeconds;
        else if (strcmp(argv[i], "--stall-limit") == 0) target = &number, seconds = &options->stallSeconds;
        else if (strcmp(argv[i], "--jvm-option") == 0) {
            if (options->jvmCount == MOST_OPTIONS) return misuse("too many options", argv[i]), -1;
            target = &options->jvm[options->jvmCount++];
        } else return misuse("unknown option", argv[i]), -1;
        if (i + 1 == argc) return misuse("no value for", argv[i]), -1;
        *target = argv[++i];
        if (number == NULL) continue;
        long value = strtol(number, &end, 10);
        if (*number == 0 || *end != 0 || value < 0 || value > 3600) return misuse("not a number of seconds", number), -1;
        *seconds = (int)value;
    }
    return i;
}

static int tool(const struct options *options, char **arguments) {
    struct launch launch = {0};
    struct rlimit none = {0, 0};
    if (!launch_find(options, &launch)) return EXIT_CONFIG;
    setrlimit(RLIMIT_CORE, &none);
    char **line = launch_arguments(options, &launch, false, arguments);
    unsetenv("POLLUX_GUARD_FD");
    execv(line[0], line);
    fprintf(stderr, "%spolluxd: guard: cannot execute %s: %s\n", say_priority("error:"), line[0], strerror(errno));
    return EXIT_INTERNAL;
}

/* For ExecStopPost, after the guard: sends what it would have sent. A missing file means that it ended in good order. */
static int fence_from_file(int argc, char **argv) {
    static struct table table;
    struct fence_sockets sockets;
    struct fence_result result = {0};
    bool armed = false;
    if (argc != 4 || strcmp(argv[2], "--state") != 0) return misuse("expected", "fence --state FILE");
    if (access(argv[3], F_OK) != 0 && errno == ENOENT) return 0;
    const char *reason = table_load(argv[3], &table, &armed);
    if (reason != NULL) {
        say("error: %s: %s", argv[3], reason);
        return EXIT_INTERNAL;
    }
    if (!armed) {
        say("%s: it was not armed: nothing sent", argv[3]);
        return 0;
    }
    if (!fence_open(&sockets)) {
        say("error: netlink socket: %s", strerror(errno));
        return EXIT_INTERNAL;
    }
    fence_gate(&sockets, &table);
    fence_goodbye(&sockets, &table, &result);
    fence_settle(&sockets, &table, 20, &result);
    say("fenced from %s: %u messages, %u refused", argv[3], result.messages, result.refused);
    if (result.refused > 0) {
        say("error: fence: %s: %s", result.firstWhat, strerror(result.firstErrno));
        return 1;
    }
    unlink(argv[3]);
    return 0;
}

/* With 0, 1 or 2 closed, the next descriptor to be opened would be taken for stderr, and log lines would go into it. */
static void open_standard_files(void) {
    int file;
    do file = open("/dev/null", O_RDWR);
    while (file >= 0 && file <= STDERR_FILENO);
    if (file > STDERR_FILENO) close(file);
}

int main(int argc, char **argv) {
    struct options options = {.config = "/etc/pollux/pollux.conf", .runDirectory = "/run/pollux", .stopSeconds = 10, .stallSeconds = 30};
    struct launch launch = {0};
    open_standard_files();
    say_open();
    notify_open();
    if (argc == 2 && strcmp(argv[1], "--help") == 0) return fputs(usage, stdout) < 0;
    if (argc == 2 && strcmp(argv[1], "--version") == 0) return printf("polluxd " POLLUX_VERSION "\nguard page %u\n", PAGE_VERSION) < 0;
    if (argc > 1 && strcmp(argv[1], "fence") == 0) return fence_from_file(argc, argv);
    int at = parse(argc, argv, &options);
    if (at < 0) return EXIT_USAGE;
    if (at < argc && strcmp(argv[at], "tool") == 0) return tool(&options, argv + at);
    if (at < argc) return misuse("unknown argument", argv[at]);
    if (options.user != NULL && !launch_user(options.user, &launch)) return EXIT_CONFIG;
    if (!launch_find(&options, &launch)) return EXIT_CONFIG;
    launch.options = &options;
    return guard_run(&options, &launch);
}
