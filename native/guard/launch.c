#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper.h"
#include "privilege.h"

static void complain(const char *format, const char *detail) {
    fprintf(stderr, "%spolluxd: guard: ", say_priority("error:"));
    fprintf(stderr, format, detail);
    fprintf(stderr, "\n");
}

static char *text(const char *format, const char *a, const char *b) {
    char *result = NULL;
    if (asprintf(&result, format, a, b) < 0) abort();
    return result;
}

/* The directory of this program, links resolved, so that pollux/bin/polluxd finds pollux/lib from anywhere. */
static const char *own_directory(void) {
    static char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0) return ".";
    path[n] = 0;
    char *slash = strrchr(path, '/');
    if (slash != NULL) *slash = 0;
    return path;
}

/* Major version in HOME/release beside HOME/bin/java; 0 where there is no such file (a wrapper: trusted), -1 no java. */
static int java_version(const char *java) {
    char real[PATH_MAX], line[256];
    int major = 0;
    if (access(java, X_OK) != 0 || realpath(java, real) == NULL) return -1;
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(real, '/');
        if (slash == NULL) return 0;
        *slash = 0;
    }
    char *release = text("%s/release%s", real, "");
    FILE *file = fopen(release, "re");
    free(release);
    if (file == NULL) return 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "JAVA_VERSION=\"%d", &major) == 1) break;
    fclose(file);
    return major;
}

static const char *java_in(const char *home, const char *below) {
    char *java = text("%s/%s", home, below);
    if (java_version(java) >= JAVA_MAJOR) return java;
    free(java);
    return NULL;
}

static const char *java_under_usr_lib_jvm(void) {
    static const char *const patterns[] = {"/usr/lib/jvm/*25*/bin/java", "/usr/lib/jvm/*/bin/java", "/opt/*25*/bin/java"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0] && found == NULL; i++) {
        glob_t paths;
        if (glob(patterns[i], 0, NULL, &paths) != 0) continue;
        for (size_t k = 0; k < paths.gl_pathc && found == NULL; k++) found = java_in("", paths.gl_pathv[k] + 1);
        globfree(&paths);
    }
    return found;
}

static const char *java_in_path(void) {
    const char *path = getenv("PATH");
    char *copy = strdup(path != NULL ? path : ""), *rest = copy;
    for (char *one; (one = strsep(&rest, ":")) != NULL;) {
        const char *java = *one != 0 ? java_in(one, "java") : NULL;
        if (java != NULL) return java;
    }
    free(copy);
    return NULL;
}

static const char *find_java(const struct options *options) {
    const char *own = getenv("POLLUX_JAVA_HOME"), *home = getenv("JAVA_HOME");
    const char *java = NULL;
    if (options->java != NULL) {
        int version = java_version(options->java);
        if (version < 0) complain("cannot execute --java %s", options->java);
        else if (version > 0 && version < JAVA_MAJOR) complain("--java %s is older than Java 25", options->java);
        else return options->java;
        return NULL;
    }
    if (own != NULL && *own != 0) {
        java = java_in(own, "bin/java");
        if (java == NULL) complain("no Java 25 or later in POLLUX_JAVA_HOME %s", own);
        return java;
    }
    /* The runtime of the package comes first: the cache was made by it, and JAVA_HOME is said for other programs. */
    java = java_in(own_directory(), "../runtime/bin/java");
    if (java == NULL && home != NULL && *home != 0) java = java_in(home, "bin/java");
    if (java == NULL) java = java_under_usr_lib_jvm();
    if (java == NULL) java = java_in_path();
    if (java == NULL)
        complain("no Java %s or later in --java, ../runtime, $JAVA_HOME, /usr/lib/jvm or $PATH: install a JDK or JRE 25", "25");
    return java;
}

bool launch_find(const struct options *options, struct launch *launch) {
    struct stat status;
    launch->java = find_java(options);
    if (launch->java == NULL) return false;
    const char *library = options->library != NULL ? options->library : text("%s/%s", own_directory(), "../lib");
    if (stat(library, &status) < 0 || !S_ISDIR(status.st_mode)) {
        complain("no class path: %s is not a directory (--lib DIR)", library);
        return false;
    }
    return true;
}

struct list {
    char **item;
    size_t count;
};

static void add(struct list *list, const char *item) {
    list->item = realloc(list->item, (list->count + 2) * sizeof *list->item);
    if (list->item == NULL) abort();
    list->item[list->count++] = (char *)item;
    list->item[list->count] = NULL;
}

/* Every jar, in the order of their names: the AOT cache is bound to the very words of the class path. */
static const char *class_path(const char *library) {
    glob_t jars;
    char *path = text("%s%s", "", "");
    char *pattern = text("%s/%s", library, "*.jar");
    if (glob(pattern, 0, NULL, &jars) == 0) {
        for (size_t i = 0; i < jars.gl_pathc; i++) {
            char *longer = text(i == 0 ? "%s%s" : "%s:%s", path, jars.gl_pathv[i]);
            free(path);
            path = longer;
        }
        globfree(&jars);
    }
    free(pattern);
    return path;
}

/* What the package has prepared, where it has: native libraries, so that none is unpacked, and classes ready to run. */
static void add_prepared(struct list *list, const char *library) {
    const char *native = text("%s/%s", library, "native");
    const char *cache = text("%s/%s", library, "pollux.aot");
    if (access(native, R_OK | X_OK) == 0) {
        add(list, text("%s%s", "-Djava.library.path=", native));
        add(list, text("%s%s", "-Djffi.boot.library.path=", native));
    }
    if (access(cache, R_OK) == 0) add(list, text("%s%s", "-XX:AOTCache=", cache));
}

char **launch_arguments(const struct options *options, const struct launch *launch, bool daemon, char *const *rest) {
    /* No attach, no dump or report with memory in it. A cache that does not fit this Java is no news. No TLS tickets. */
    static const char *const always[] = {"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC",
                                         "-XX:-UsePerfData",                   "-XX:+DisableAttachMechanism",
                                         "-XX:+ExitOnOutOfMemoryError",        "-XX:-HeapDumpOnOutOfMemoryError",
                                         "-XX:-CreateCoredumpOnCrash",         "-XX:+SuppressFatalErrorMessage",
                                         "-Xlog:aot*=off,cds*=off",            "-Djdk.tls.server.newSessionTicketCount=0"};
    const char *library = options->library != NULL ? options->library : text("%s/%s", own_directory(), "../lib");
    const char *real = realpath(library, NULL);
    const char *extra = getenv("POLLUX_JVM_OPTIONS");
    struct list list = {0};
    /* Java would take options from these too; ours are named above, the operator's come by --jvm-option. */
    unsetenv("JAVA_TOOL_OPTIONS");
    unsetenv("JDK_JAVA_OPTIONS");
    unsetenv("_JAVA_OPTIONS");
    if (real != NULL) library = real;
    add(&list, launch->java);
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) add(&list, always[i]);
    if (!daemon) add(&list, "-XX:TieredStopAtLevel=1"); /* a short command: start fast */
    add_prepared(&list, library);
    char *words = strdup(extra != NULL ? extra : "");
    for (char *one; (one = strsep(&words, " \t\n")) != NULL;)
        if (*one != 0) add(&list, one);
    for (int i = 0; i < options->jvmCount; i++) add(&list, options->jvm[i]);
    add(&list, "-cp");
    add(&list, class_path(library));
    add(&list, "io.pollux.agent.Main");
    if (daemon) {
        add(&list, "daemon");
        add(&list, "--config");
        add(&list, options->config);
    }
    for (; rest != NULL && *rest != NULL; rest++) add(&list, *rest);
    return list.item;
}

bool launch_user(const char *name, struct launch *launch) {
    errno = 0;
    struct passwd *user = getpwnam(name);
    if (user == NULL) {
        complain("--user %s: no such user", name);
        return false;
    }
    launch->switchUser = true;
    launch->uid = user->pw_uid;
    launch->gid = user->pw_gid;
    launch->groupCount = sizeof launch->groups / sizeof launch->groups[0];
    if (getgrouplist(name, user->pw_gid, launch->groups, &launch->groupCount) < 0) {
        complain("--user %s: in too many groups", name);
        return false;
    }
    return true;
}

/* In the child: no return but into java. */
static void become_java(const struct launch *launch) {
    static const char failed[] = "polluxd: guard: the JVM cannot be started as asked (user, capabilities, or java itself)\n";
    const char *priority = say_priority("error:");
    struct rlimit none = {0, 0};
    sigset_t empty;
    int file;
    signal(SIGPIPE, SIG_DFL);
    sigemptyset(&empty);
    sigprocmask(SIG_SETMASK, &empty, NULL);
    setpgid(0, 0); /* a Ctrl-C in the terminal is for the guard, which forwards it; and hooks die with the JVM */
    setrlimit(RLIMIT_CORE, &none);
    /* The exemption from the OOM killer is for the guard alone. Dumpable until exec, else /proc/self is not ours. */
    prctl(PR_SET_DUMPABLE, 1);
    file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (file >= 0) (void)!write(file, "0", 1);
    file = open("/dev/null", O_RDONLY);
    if (file > 0) dup2(file, STDIN_FILENO);
    for (size_t i = 0; i < sizeof launch->inherited / sizeof launch->inherited[0]; i++)
        fcntl(launch->inherited[i], F_SETFD, 0);
    char **arguments = launch_arguments(launch->options, launch, true, NULL); /* as long as the folder may be read */
    if (!launch->switchUser || privilege_become(launch->uid, launch->gid, launch->groups, launch->groupCount)) {
        privilege_raise_ambient();
        /* Last, because a change of credentials clears it; the check closes the race with a guard that died meanwhile. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == launch->guard) execv(launch->java, arguments);
    }
    (void)!write(STDERR_FILENO, priority, strlen(priority));
    (void)!write(STDERR_FILENO, failed, sizeof failed - 1);
    _exit(127);
}

pid_t launch_start(const struct launch *launch) {
    pid_t child = fork();
    if (child == 0) become_java(launch);
    return child;
}
