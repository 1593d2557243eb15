/*
 * polluxctl: hands its arguments to the daemon and prints what comes back. All commands, help and formatting are in the
 * agent; this program only has to start fast.
 *
 * Request: u32 big-endian length, then NUL-terminated strings: "1" (protocol version), `key=value` pairs (columns, tty,
 * color, cwd, ask, confirmed), an empty string, the arguments.
 * Answer: frames of u8 type, u32 big-endian length, octets: 'o' to stdout, 'e' to stderr, 'q' a question, 'x' exit status
 * (1 octet, the end). A question comes only where ask=1 said that somebody can answer it; after a yes the request is sent
 * once more with confirmed=QUESTION. The daemon does then what it has asked for, or asks another question.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define DEFAULT_SOCKET "/run/pollux/pollux.sock"
#define MOST_REQUEST (64u << 10) /* the server's limit */
#define MOST_FRAME (16u << 20)   /* a frame longer than this is not from our server */

#define MOST_QUESTION (4u << 10)

enum { EXIT_NEGATIVE = 1, EXIT_USAGE = 64, EXIT_UNAVAILABLE = 69, EXIT_INTERNAL = 70, EXIT_PERMISSION = 77, EXIT_INTERRUPTED = 130 };

static int server = -1;
static char question[MOST_QUESTION + 1]; /* empty: none was asked */

/* The daemon sees the closed connection and ends the command. Async-signal-safe. */
static void interrupted(int signal) {
    (void)signal;
    if (server >= 0) close(server);
    _exit(EXIT_INTERRUPTED);
}

static int fail(int status, const char *format, const char *detail) {
    fflush(stdout);
    fprintf(stderr, "polluxctl: ");
    fprintf(stderr, format, detail);
    fprintf(stderr, "\n");
    return status;
}

/* --- the request --------------------------------------------------------------------------------------------------- */

static struct {
    char octets[4 + MOST_REQUEST];
    size_t length;
    bool overflow;
} request = {.length = 4};

static void append(const char *key, const char *value) {
    size_t keyLength = strlen(key), valueLength = strlen(value) + 1;
    if (keyLength + valueLength > sizeof request.octets - request.length) {
        request.overflow = true;
        return;
    }
    memcpy(request.octets + request.length, key, keyLength);
    memcpy(request.octets + request.length + keyLength, value, valueLength);
    request.length += keyLength + valueLength;
}

static unsigned columns(bool tty) {
    struct winsize size;
    const char *text = getenv("COLUMNS");
    if (tty && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    if (text != NULL && atoi(text) > 0) return (unsigned)atoi(text);
    return tty ? 80 : 0; /* 0: no limit */
}

static bool wants_color(bool tty) {
    const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return tty && (none == NULL || *none == 0) && (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

static void build_request(char **arguments) {
    bool tty = isatty(STDOUT_FILENO);
    char number[16], directory[PATH_MAX];
    request.length = 4;
    append("", "1");
    snprintf(number, sizeof number, "%u", columns(tty));
    append("columns=", number);
    append("tty=", tty ? "1" : "0");
    append("color=", wants_color(tty) ? "1" : "0");
    if (getcwd(directory, sizeof directory) != NULL) append("cwd=", directory);
    append("ask=", isatty(STDIN_FILENO) && isatty(STDERR_FILENO) ? "1" : "0");
    if (*question != 0) append("confirmed=", question);
    append("", "");
    for (; *arguments != NULL; arguments++) append("", *arguments);
    uint32_t length = htonl((uint32_t)(request.length - 4));
    memcpy(request.octets, &length, sizeof length);
}

/* --- transport ----------------------------------------------------------------------------------------------------- */

static bool write_all(int file, const char *octets, size_t length) {
    while (length > 0) {
        ssize_t n = write(file, octets, length);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        octets += n;
        length -= (size_t)n;
    }
    return true;
}

static bool send_all(const char *octets, size_t length) {
    while (length > 0) {
        ssize_t n = send(server, octets, length, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        octets += n;
        length -= (size_t)n;
    }
    return true;
}

static bool read_all(void *to, size_t length) {
    char *at = to;
    while (length > 0) {
        ssize_t n = read(server, at, length);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += n;
        length -= (size_t)n;
    }
    return true;
}

/* Copies one frame's octets. False: the server is gone. A reader of ours that is gone ends the program by SIGPIPE. */
static bool copy(uint32_t length, int file) {
    static char buffer[64 << 10];
    while (length > 0) {
        uint32_t part = length < sizeof buffer ? length : (uint32_t)sizeof buffer;
        if (!read_all(buffer, part)) return false;
        if (!write_all(file, buffer, part)) {
            if (file == STDOUT_FILENO) exit(fail(EXIT_INTERNAL, "cannot write: %s", strerror(errno)));
        }
        length -= part;
    }
    return true;
}

/* Keeps a question for the answer's end. False: the server is gone. */
static bool read_question(uint32_t length) {
    if (!read_all(question, length)) return false;
    question[length] = 0;
    return true;
}

static int print_answer(void) {
    *question = 0;
    for (;;) {
        uint8_t head[5], status;
        uint32_t length;
        if (!read_all(head, sizeof head)) break;
        memcpy(&length, head + 1, sizeof length);
        length = ntohl(length);
        if (head[0] == 'x' && length == 1) {
            if (!read_all(&status, 1)) break;
            return status;
        }
        if (head[0] == 'q' && length <= MOST_QUESTION) {
            if (!read_question(length)) break;
            continue;
        }
        if ((head[0] != 'o' && head[0] != 'e') || length > MOST_FRAME)
            return fail(EXIT_INTERNAL, "%s", "what answers on the socket is not polluxd");
        if (!copy(length, head[0] == 'o' ? STDOUT_FILENO : STDERR_FILENO)) break;
    }
    return fail(EXIT_INTERNAL, "%s", "polluxd closed the connection before the command was finished");
}

/* Standard error: the answer may go into a file. */
static bool says_yes(void) {
    char line[16];
    fprintf(stderr, "%s\nGo on? [y/N] ", question);
    if (fgets(line, sizeof line, stdin) == NULL) {
        fprintf(stderr, "\n");
        return false;
    }
    line[strcspn(line, " \t\r\n")] = 0;
    return strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0;
}

/* --- the daemon is not there --------------------------------------------------------------------------------------- */

static bool one_of(const char *word, const char *const *names) {
    for (; *names != NULL; names++)
        if (strcmp(word, *names) == 0) return true;
    return false;
}

/* Where the command begins: --json may stand in front of it. */
static char **command_of(char **arguments) {
    while (*arguments != NULL && strcmp(*arguments, "--json") == 0) arguments++;
    return arguments;
}

/* These read and write files, which are the caller's to read and write and not polluxd's: never asked of the daemon. */
static bool is_local(char **arguments) {
    static const char *const names[] = {"check", "import", "pki", "self-test", NULL};
    char **command = command_of(arguments);
    return *command != NULL && one_of(*command, names);
}

/* These are answered by the daemon that runs, if one runs; they can also do without. So can the help of every command. */
static bool works_offline(char **arguments) {
    static const char *const names[] = {"version", "help", "--help", "--version", "-h", NULL};
    char **command = command_of(arguments);
    if (*command == NULL || one_of(*command, names)) return true;
    for (; *command != NULL; command++)
        if (strcmp(*command, "--help") == 0 || strcmp(*command, "-h") == 0) return true;
    return false;
}

/* Becomes `polluxd tool ARGS`, the one beside this program or the one in $PATH. Returns only if there is none. */
static void exec_offline(char **arguments, int count) {
    char path[PATH_MAX];
    char **line = calloc((size_t)count + 4, sizeof *line);
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - sizeof "polluxd");
    if (line == NULL) return;
    line[0] = (char *)"polluxd";
    line[1] = (char *)"tool";
    for (int i = 0; i < count; i++) line[2 + i] = arguments[i];
    if (count == 0) line[2] = (char *)"help";
    if (n > 0) {
        path[n] = 0;
        char *slash = strrchr(path, '/');
        strcpy(slash != NULL ? slash + 1 : path, "polluxd");
        execv(path, line);
    }
    execvp("polluxd", line);
    free(line);
}

static int run_here(char **arguments, int count) {
    exec_offline(arguments, count);
    return fail(EXIT_UNAVAILABLE, "%s", "no polluxd beside this program or in $PATH");
}

/* All of them but one run here. */
static bool is_drill(char **arguments) {
    char **command = command_of(arguments);
    return *command != NULL && strcmp(*command, "drill") == 0 && (command[1] == NULL || strcmp(command[1], "facts") != 0);
}

/* A drill kills the daemon and watches what becomes of it: it runs in this process, and asks the daemon by itself. */
static int drill(const char *path, char **arguments, int count) {
    setenv("POLLUX_SOCKET", path, 1);
    return run_here(arguments, count);
}

static int unavailable(const char *path, int error) {
    char text[PATH_MAX + 80];
    switch (error) {
        case ENOENT:
        case ENOTDIR:
            return fail(EXIT_UNAVAILABLE, "polluxd is not running: no socket at %s", path);
        case ECONNREFUSED:
            return fail(EXIT_UNAVAILABLE, "polluxd is not running: nobody listens at %s", path);
        case EACCES:
        case EPERM:
            return fail(EXIT_PERMISSION,
                        "no permission for %s: be root or in group pollux (in pollux-monitor for read-only commands)", path);
    }
    snprintf(text, sizeof text, "%s: %s", path, strerror(error));
    return fail(EXIT_UNAVAILABLE, "cannot connect to %s", text);
}

/* 0, or the errno of the failure. */
static int open_connection(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return ENAMETOOLONG;
    strcpy(address.sun_path, path);
    server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server < 0) return errno;
    if (connect(server, (struct sockaddr *)&address, sizeof address) == 0) return 0;
    int error = errno;
    close(server);
    server = -1;
    return error;
}

int main(int argc, char **argv) {
    const char *path = getenv("POLLUX_SOCKET");
    int at = 1;
    if (path == NULL || *path == 0) path = DEFAULT_SOCKET;
    for (; at < argc && (strcmp(argv[at], "-s") == 0 || strcmp(argv[at], "--socket") == 0); at += 2) {
        if (at + 1 == argc) return fail(EXIT_USAGE, "no path after %s", argv[at]);
        path = argv[at + 1];
    }
    if (is_drill(argv + at)) return drill(path, argv + at, argc - at);
    struct sigaction action = {.sa_handler = interrupted};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    if (is_local(argv + at)) return run_here(argv + at, argc - at);
    int error = open_connection(path);
    if (error != 0) {
        if (works_offline(argv + at)) exec_offline(argv + at, argc - at);
        return unavailable(path, error);
    }
    for (;;) {
        build_request(argv + at);
        if (request.overflow) return fail(EXIT_USAGE, "%s", "too many or too long arguments");
        if (!send_all(request.octets, request.length) && errno != EPIPE && errno != ECONNRESET)
            return fail(EXIT_INTERNAL, "cannot send: %s", strerror(errno));
        int status = print_answer(); /* also after EPIPE: a server that refuses says why before it hangs up */
        if (*question == 0 || status != EXIT_NEGATIVE) return status;
        if (!says_yes()) return fail(EXIT_NEGATIVE, "%s", "nothing was done");
        close(server);
        error = open_connection(path);
        if (error != 0) return unavailable(path, error);
    }
}
