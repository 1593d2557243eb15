/*
 * The launcher: starts a guest kernel, or with "host" namespaces of this machine, runs one command there, passes on its
 * stdout, stderr and exit status, and leaves nothing behind.
 */
#define _GNU_SOURCE
#include "lab.h"
#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOG_TAIL = 65536, CONSOLES = 3 };

/* What "start" of the launcher is asked to do. */
struct options {
  struct run run;
  struct sandbox sandbox;
  const char *kernel; /* NULL: no guest, namespaces of this machine */
  const char *memory;
  const char *log; /* where the guest kernel's log goes, or NULL */
  const char *devices[LAB_MAX_DEVICES]; /* SOCKET,MAC of its network devices vec0, vec1 ... */
  size_t device_count;
  long timeout_seconds;
  bool die_with_parent;
};

/* Pipes from the guest: its log, the command's stdout, the command's stderr. */
struct guest {
  const struct options *options;
  int log, out, err;
  int in; /* with --stdin: the launcher's own, which becomes a console; else -1 */
};

static void fail(const char *what) __attribute__((noreturn));
static void fail(const char *what) {
  fprintf(stderr, "lab: %s: %s\n", what, strerror(errno));
  exit(STATUS_LAB);
}

/* ---- in the keeper ---- */

static int write_entropy(const char *directory) {
  char path[PATH_MAX];
  unsigned char octets[256];
  snprintf(path, sizeof path, "%s/entropy", directory);
  if (getrandom(octets, sizeof octets, 0) != sizeof octets) return -1;
  int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ssize_t wrote = write(file, octets, sizeof octets);
  close(file);
  return wrote == sizeof octets ? 0 : -1;
}

/* Gives DESCRIPTOR the number that the kernel's arguments name; it must not be one of the others' numbers. */
static void place(int descriptor, int number) {
  dup3(descriptor, number, 0);
}

/* The kernel's words for network device NUMBER: a connection to a socket of pollux-switch. */
static const char *device_words(const struct options *options, size_t number) {
  const char *device = options->devices[number];
  char *words, *mac = strchr(device, ',');
  if (asprintf(&words, "vec%zu:transport=bess,dst=%.*s,mac=%s", number, (int)(mac - device), device, mac + 1) < 0)
    _exit(STATUS_LAB);
  return words;
}

static void exec_kernel(const struct guest *guest, const char *directory) {
  char program[PATH_MAX], memory[64], init[PATH_MAX + 8], files[PATH_MAX + 32], sockets[PATH_MAX + 16];
  char preload[PATH_MAX + 16];
  ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
  if (length <= 0) _exit(STATUS_LAB);
  program[length] = '\0';
  snprintf(memory, sizeof memory, "mem=%s", guest->options->memory);
  snprintf(init, sizeof init, "init=%s", program);
  snprintf(files, sizeof files, LAB_DIR_VARIABLE "=%s", directory);
  snprintf(sockets, sizeof sockets, "uml_dir=%s", directory);
  const char *words[32 + LAB_MAX_DEVICES] = {"linux", memory, "rootfstype=hostfs", "rootflags=/", "ro", init, files,
                                             sockets, "umid=vm", "con=null", "con0=null,fd:1", "con1=null,fd:13",
                                             "con2=null,fd:14", "ssl=null", "loglevel=4", "panic=-1",
                                             "fb_tunnels=none"};
  size_t count = 0;
  while (words[count] != NULL) count++;
  if (guest->in >= 0) words[count++] = "con3=fd:15,null";
  for (size_t i = 0; i < guest->options->device_count; i++) words[count++] = device_words(guest->options, i);
  int in = open("/dev/null", O_RDONLY);
  if (guest->in >= 0) place(guest->in, 15);
  place(in, STDIN_FILENO);
  place(guest->log, STDOUT_FILENO);
  place(guest->log, STDERR_FILENO);
  place(guest->out, 13);
  place(guest->err, 14);
  snprintf(preload, sizeof preload, "%.*s/xstate.so", (int)(strrchr(program, '/') - program), program);
  setenv("LD_PRELOAD", preload, 1);
  setenv("TMPDIR", directory, 1); /* the guest's memory is a file there, unlinked at once */
  default_signals();
  personality(ADDR_NO_RANDOMIZE); /* else it adds physical memory to bridge a random gap */
  execv(guest->options->kernel, (char *const *)words);
  fprintf(stderr, "%s: %s\n", guest->options->kernel, strerror(errno));
  _exit(STATUS_LAB);
}

static int read_status(const char *directory) {
  char path[PATH_MAX];
  int status = STATUS_LAB;
  snprintf(path, sizeof path, "%s/status", directory);
  FILE *file = fopen(path, "re");
  if (file == NULL || fscanf(file, "%d", &status) != 1) {
    dprintf(STDERR_FILENO, "lab: the guest ended without an exit status\n");
    status = -1;
  }
  if (file != NULL) fclose(file);
  return status;
}

static int keep_guest(const char *directory, void *context) {
  struct guest *guest = context;
  if (run_write(&guest->options->run, directory) != 0 || write_entropy(directory) != 0) {
    fprintf(stderr, "lab: %s: %s\n", directory, strerror(errno));
    return STATUS_LAB;
  }
  pid_t kernel = fork();
  if (kernel == 0) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    exec_kernel(guest, directory);
  }
  setpgid(kernel, kernel);
  if (sandbox_wait(kernel) == -1) return STATUS_LAB;
  int status = read_status(directory);
  return status < 0 ? STATUS_LAB : status;
}

static int keep_namespaces(const char *directory, void *context) {
  const struct options *options = context;
  (void)directory;
  if (mount("sysfs", "/sys", "sysfs", 0, NULL) != 0 || mount("run", "/run", "tmpfs", 0, "mode=755") != 0 ||
      loopback_up() != 0) {
    fprintf(stderr, "lab: namespaces: %s\n", strerror(errno));
    return STATUS_LAB;
  }
  pid_t command = fork();
  if (command == 0) {
    setpgid(0, 0);
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    _exit(run_exec(&options->run));
  }
  setpgid(command, command);
  int status = sandbox_wait(command);
  if (status == -1) return STATUS_LAB;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- in the launcher ---- */

static char tail[LOG_TAIL];
static size_t tail_length;

static void remember(const char *text, size_t length) {
  if (length >= LOG_TAIL) {
    text += length - LOG_TAIL;
    length = LOG_TAIL;
  }
  if (tail_length + length > LOG_TAIL) {
    size_t drop = tail_length + length - LOG_TAIL;
    memmove(tail, tail + drop, tail_length - drop);
    tail_length -= drop;
  }
  memcpy(tail + tail_length, text, length);
  tail_length += length;
}

static void show_tail(void) {
  size_t from = tail_length;
  for (int lines = 0; from > 0; from--) {
    if (tail[from - 1] == '\n' && ++lines > 20) break;
  }
  if (from < tail_length) fprintf(stderr, "lab: end of the guest's log:\n%.*s", (int)(tail_length - from), tail + from);
}

static bool write_all(int file, const char *text, size_t length) {
  while (length > 0) {
    ssize_t wrote = write(file, text, length);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    text += wrote;
    length -= (size_t)wrote;
  }
  return true;
}

enum relayed { MORE, END, NOBODY_READS };

/* Copies what is there. */
static enum relayed relay(int from, int to, bool log) {
  char buffer[65536];
  ssize_t got = read(from, buffer, sizeof buffer);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return MORE;
  if (got <= 0) return END;
  if (log) remember(buffer, (size_t)got);
  return to < 0 || write_all(to, buffer, (size_t)got) ? MORE : NOBODY_READS;
}

static long long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static bool has_ended(pid_t child) {
  siginfo_t info = {.si_pid = 0};
  return waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == child;
}

/*
 * Relays until all consoles are closed (without a guest there are none: until the keeper has ended), a signal comes or
 * the time is up. Returns 0, or the status to exit with.
 */
static int relay_all(const int from[CONSOLES], int log, int signals, pid_t keeper, long timeout_seconds) {
  const int to[CONSOLES] = {log, STDOUT_FILENO, STDERR_FILENO};
  struct pollfd polled[CONSOLES + 1];
  int open_consoles = 0;
  long long deadline = timeout_seconds > 0 ? now_ms() + timeout_seconds * 1000LL : LLONG_MAX;
  for (int i = 0; i < CONSOLES; i++) {
    polled[i] = (struct pollfd){.fd = from[i], .events = POLLIN};
    if (from[i] >= 0) open_consoles++;
  }
  polled[CONSOLES] = (struct pollfd){.fd = signals, .events = POLLIN};
  for (;;) {
    long long left = deadline - now_ms();
    if (left <= 0) {
      fprintf(stderr, "lab: stopped after %ld seconds\n", timeout_seconds);
      return STATUS_TIMEOUT;
    }
    if (poll(polled, CONSOLES + 1, left > 1000 ? 1000 : (int)left) < 0) continue;
    for (int i = 0; i < CONSOLES; i++) {
      if (polled[i].fd < 0 || polled[i].revents == 0) continue;
      enum relayed relayed = relay(from[i], to[i], i == 0);
      if (relayed == MORE) continue;
      if (relayed == NOBODY_READS) return 128 + SIGPIPE;
      polled[i].fd = -1;
      open_consoles--;
    }
    if (polled[CONSOLES].revents != 0) {
      struct signalfd_siginfo info;
      if (read(signals, &info, sizeof info) != sizeof info) continue;
      if (info.ssi_signo != SIGCHLD) return 128 + (int)info.ssi_signo;
    }
    if (open_consoles == 0 && (from[1] >= 0 || has_ended(keeper))) return 0;
  }
}

static int block_signals(bool relays) {
  sigset_t caught;
  sigemptyset(&caught);
  sigaddset(&caught, SIGINT);
  sigaddset(&caught, SIGTERM);
  sigaddset(&caught, SIGHUP);
  if (!relays) sigaddset(&caught, SIGCHLD);
  sigprocmask(SIG_BLOCK, &caught, NULL);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &caught, SFD_CLOEXEC);
}

static void open_pipe(int *read_end, int *write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
  *read_end = ends[0];
  *write_end = fcntl(ends[1], F_DUPFD_CLOEXEC, 20); /* away from the numbers that the guest's consoles use */
  close(ends[1]);
}

static int launch(struct options *options) {
  int consoles[CONSOLES] = {-1, -1, -1};
  struct guest guest = {.options = options, .log = -1, .out = -1, .err = -1, .in = -1};
  int lifeline, launcher_alive;
  int log = options->log == NULL ? -1 : open(options->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (options->log != NULL && log < 0) fail(options->log);
  if (options->die_with_parent) prctl(PR_SET_PDEATHSIG, SIGTERM);
  open_pipe(&lifeline, &launcher_alive);
  if (options->kernel != NULL) {
    if (options->run.reads_stdin) guest.in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 20);
    open_pipe(&consoles[0], &guest.log);
    open_pipe(&consoles[1], &guest.out);
    open_pipe(&consoles[2], &guest.err);
  }
  int signals = block_signals(options->kernel != NULL);
  pid_t keeper = options->kernel != NULL ? sandbox_open(&options->sandbox, lifeline, keep_guest, &guest)
                                         : sandbox_open(&options->sandbox, lifeline, keep_namespaces, options);
  if (keeper < 0) fail("namespaces");
  if (options->kernel != NULL) {
    close(guest.log);
    close(guest.out);
    close(guest.err);
    if (guest.in >= 0) close(guest.in);
  }
  int stopped = relay_all(consoles, log, signals, keeper, options->timeout_seconds);
  if (stopped != 0) sandbox_kill(&options->sandbox, keeper);
  int status;
  while (waitpid(keeper, &status, 0) < 0) {
    if (errno != EINTR) fail("wait");
  }
  if (stopped != 0) return stopped;
  int result = WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_LAB;
  if (result == STATUS_LAB) show_tail();
  return result;
}

/* ---- arguments ---- */

static void usage(void) __attribute__((noreturn));
static void usage(void) {
  fprintf(stderr,
          "usage: pollux-lab --dir DIR [--kernel FILE] [--mem SIZE] [--rw DIR]... [--env NAME=VALUE]...\n"
          "                  [--timeout SECONDS] [--log FILE] [--die-with-parent] [--stdin] [--device SOCKET,MAC]...\n"
          "                  -- COMMAND [ARGUMENT]...\n");
  exit(STATUS_LAB);
}

static const char *writable_directory(const char *path) {
  struct stat info;
  char *real = realpath(path, NULL);
  if (real == NULL || stat(real, &info) != 0) fail(path);
  if (!S_ISDIR(info.st_mode)) {
    errno = ENOTDIR;
    fail(path);
  }
  return real;
}

/* Adds NAME=VALUE, in place of an earlier value of that name. */
static void set_env(struct run *run, const char *entry) {
  const char *end = strchr(entry, '=');
  if (end == NULL) usage();
  size_t name = (size_t)(end - entry) + 1;
  size_t i = 0;
  while (i < run->env_words && strncmp(run->env[i], entry, name) != 0) i++;
  if (i == LAB_MAX_WORDS - 1) usage();
  run->env[i] = entry;
  if (i == run->env_words) run->env_words++;
}

/* The caller's choice of what the command may see of its environment; --env adds to it. */
static void inherit_environment(struct run *run) {
  static const char *const names[] = {"HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TERM", "JAVA_HOME", "CI"};
  static char path[PATH_MAX * 2];
  const char *value = getenv("PATH");
  snprintf(path, sizeof path, "PATH=%s%s/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
           value == NULL ? "" : value, value == NULL ? "" : ":");
  set_env(run, path);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char *entry;
    value = getenv(names[i]);
    if (value != NULL && asprintf(&entry, "%s=%s", names[i], value) > 0) set_env(run, entry);
  }
  for (char **entry = environ; *entry != NULL && run->env_words < LAB_MAX_WORDS / 2; entry++) {
    if (strncmp(*entry, "POLLUX_", 7) == 0) set_env(run, *entry);
  }
}

static long seconds(const char *text) {
  char *end;
  long value = strtol(text, &end, 10);
  if (*text == '\0' || *end != '\0' || value <= 0) usage();
  return value;
}

static const char *next(char ***word) {
  if (*++*word == NULL) usage();
  return **word;
}

static const char *device(const char *spec) {
  if (strchr(spec, ',') == NULL) usage();
  return spec;
}

static void parse(struct options *options, char **word) {
  struct run *run = &options->run;
  for (word++; *word != NULL && strcmp(*word, "--") != 0; word++) {
    if (strcmp(*word, "--dir") == 0) options->sandbox.directory = next(&word);
    else if (strcmp(*word, "--kernel") == 0) options->kernel = next(&word);
    else if (strcmp(*word, "--mem") == 0) options->memory = next(&word);
    else if (strcmp(*word, "--log") == 0) options->log = next(&word);
    else if (strcmp(*word, "--timeout") == 0) options->timeout_seconds = seconds(next(&word));
    else if (strcmp(*word, "--die-with-parent") == 0) options->die_with_parent = true;
    else if (strcmp(*word, "--stdin") == 0) run->reads_stdin = true;
    else if (strcmp(*word, "--device") == 0 && options->device_count < LAB_MAX_DEVICES)
      options->devices[options->device_count++] = device(next(&word));
    else if (strcmp(*word, "--rw") == 0 && run->rw_count < LAB_MAX_RW)
      run->rw[run->rw_count++] = writable_directory(next(&word));
    else if (strcmp(*word, "--env") == 0) set_env(run, next(&word));
    else usage();
  }
  if (*word == NULL || options->sandbox.directory == NULL) usage();
  while (*++word != NULL && run->command_words < LAB_MAX_WORDS - 1) run->command[run->command_words++] = *word;
  if (run->command_words == 0 || *word != NULL) usage();
}

int main(int count, char **words) {
  static struct options options;
  const char *directory = getenv(LAB_DIR_VARIABLE);
  (void)count;
  if (getpid() == 1 && directory != NULL) guest_main(directory);
  options.memory = "2G";
  options.run.cwd = getcwd(NULL, 0);
  if (options.run.cwd == NULL) fail("current directory");
  inherit_environment(&options.run);
  parse(&options, words);
  options.sandbox.network = options.kernel == NULL;
  set_env(&options.run, options.kernel == NULL ? LAB_VARIABLE "=host" : LAB_VARIABLE "=guest");
  return launch(&options);
}
