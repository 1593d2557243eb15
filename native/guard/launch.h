/* How the JVM is found and started. */
#ifndef POLLUX_LAUNCH_H
#define POLLUX_LAUNCH_H

#include <stdbool.h>
#include <sys/types.h>

#define POLLUX_VERSION "0.1.0"
#define JAVA_MAJOR 25
#define MOST_OPTIONS 64

enum { EXIT_USAGE = 64, EXIT_INTERNAL = 70, EXIT_AGAIN = 75 /* polluxctl restart */, EXIT_CONFIG = 78 };

struct options {
    const char *config;
    const char *runDirectory;
    const char *java;
    const char *library;
    const char *user;
    const char *jvm[MOST_OPTIONS];
    int jvmCount;
    int stopSeconds;
    int stallSeconds; /* 0: an engine that no longer moves is left alone */
};

struct launch {
    const char *java;
    const struct options *options; /* of every start: a package may have replaced the jars meanwhile */
    bool switchUser;
    uid_t uid;
    gid_t gid;
    gid_t groups[64];
    int groupCount;
    int inherited[2]; /* descriptors that the JVM gets: the page, the journal */
    pid_t guard;
};

/* Finds java and the class path. False after one line on stderr that says what is missing. */
bool launch_find(const struct options *options, struct launch *launch);

/* The whole command line, in memory that is never freed. */
char **launch_arguments(const struct options *options, const struct launch *launch, bool daemon, char *const *rest);

/* Looks up --user. False after one line on stderr. */
bool launch_user(const char *name, struct launch *launch);

/* Forks, and executes java with the class path of now; returns the pid or -1. Of what is not async-signal-safe the child
   uses memory and the environment alone, which glibc keeps usable after a fork and the helper thread does not lock. */
pid_t launch_start(const struct launch *launch);

#endif
