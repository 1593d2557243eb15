/*
 * Runs in a guest that is a machine of its own: starts programs there for somebody outside, who speaks to it over two
 * consoles (standard input and output). Each message is a line, some with octets behind it:
 *
 *   run ID LENGTH    NUL-terminated words follow        out ID LENGTH   octets of its standard output follow
 *   in ID LENGTH     octets for its standard input      err ID LENGTH   octets of its standard error follow
 *   eof ID           end of its standard input          end ID STATUS   it has ended; 128 + number for a signal
 *   kill ID SIGNAL   to its process group               shut ID         both outputs have ended
 *   clock ID                                            clock ID NS     CLOCK_MONOTONIC of this kernel
 *                                                       read 0 COUNT    octets that were read since it last said so
 *
 * It begins with "hello", before which nothing may be said: the console is not its own yet. Nor may more than 2048
 * octets be under way that were not read: the console holds 4096, and a full one is never read again. The end of the
 * input ends everything.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_JOBS = 64, MAX_WORDS = 512, LARGEST = 1 << 20, CHUNK = 4096, READ_REPORT = 512 };

struct job {
  long id; /* 0: free */
  pid_t pid; /* 0: has ended */
  int in, out, err; /* -1: closed */
};

static struct job jobs[MAX_JOBS];
static char buffered[CHUNK];
static size_t buffered_length, buffered_at;

static void fail(const char *what) __attribute__((noreturn));
static void fail(const char *what) {
  fprintf(stderr, "agent: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void write_all(int file, const char *octets, size_t length) {
  while (length > 0) {
    ssize_t wrote = write(file, octets, length);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) fail("write");
    octets += wrote;
    length -= (size_t)wrote;
  }
}

static void tell(const char *word, long id, long number, const char *octets, size_t length) {
  static char message[CHUNK + 80];
  int head = snprintf(message, 80, "%s %ld %ld\n", word, id, number);
  if (length > 0) memcpy(message + head, octets, length);
  write_all(STDOUT_FILENO, message, (size_t)head + length);
}

/* The next octet of the input; ends the program when there is none. */
static char next_octet(void) {
  static long unreported;
  while (buffered_at == buffered_length) {
    ssize_t got = read(STDIN_FILENO, buffered, sizeof buffered);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) exit(0);
    buffered_length = (size_t)got;
    buffered_at = 0;
    unreported += got;
    if (unreported < READ_REPORT) continue;
    tell("read", 0, unreported, NULL, 0);
    unreported = 0;
  }
  return buffered[buffered_at++];
}

static char *take(size_t length) {
  static char octets[LARGEST + 1];
  if (length > LARGEST) {
    errno = EMSGSIZE;
    fail("message");
  }
  for (size_t i = 0; i < length; i++) octets[i] = next_octet();
  octets[length] = '\0';
  return octets;
}

static struct job *find(long id) {
  for (size_t i = 0; i < MAX_JOBS; i++) {
    if (jobs[i].id == id) return &jobs[i];
  }
  return NULL;
}

static void close_end(int *end) {
  if (*end >= 0) close(*end);
  *end = -1;
}

/* Becomes the program. */
static void become(char **words, int in, int out, int err) __attribute__((noreturn));
static void become(char **words, int in, int out, int err) {
  sigset_t none;
  sigemptyset(&none);
  setsid();
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  signal(SIGPIPE, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execvp(words[0], words);
  fprintf(stderr, "agent: %s: %s\n", words[0], strerror(errno));
  _exit(errno == ENOENT ? 127 : 126);
}

static void run(long id, size_t length) {
  char *words[MAX_WORDS + 1], *octets = take(length);
  int in[2], out[2], err[2], count = 0;
  struct job *job = find(0);
  for (char *at = octets; at < octets + length && count < MAX_WORDS; at += strlen(at) + 1) words[count++] = at;
  words[count] = NULL;
  if (job == NULL || count == 0 || pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 ||
      pipe2(err, O_CLOEXEC) != 0) {
    fail("run");
  }
  *job = (struct job){.id = id, .in = in[1], .out = out[0], .err = err[0], .pid = fork()};
  if (job->pid == 0) become(words, in[0], out[1], err[1]);
  if (job->pid < 0) fail("fork");
  close(in[0]);
  close(out[1]);
  close(err[1]);
  fcntl(in[1], F_SETFL, O_NONBLOCK);
  fcntl(out[0], F_SETFL, O_NONBLOCK);
  fcntl(err[0], F_SETFL, O_NONBLOCK);
}

/* Passes on what is there. */
static void drain(struct job *job, int *end, const char *word) {
  char octets[CHUNK];
  while (*end >= 0) {
    ssize_t got = read(*end, octets, sizeof octets);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) close_end(end);
    else tell(word, job->id, got, octets, (size_t)got);
  }
}

/* Gives a program its input, and meanwhile takes what it says: it may not read on before that. */
static void feed(struct job *job, const char *octets, size_t length) {
  while (length > 0) {
    ssize_t wrote = write(job->in, octets, length);
    if (wrote > 0) {
      octets += wrote;
      length -= (size_t)wrote;
    } else if (wrote < 0 && errno == EAGAIN) {
      struct pollfd polled[] = {{.fd = job->in, .events = POLLOUT},
                                {.fd = job->out, .events = POLLIN},
                                {.fd = job->err, .events = POLLIN}};
      poll(polled, 3, -1);
      drain(job, &job->out, "out");
      drain(job, &job->err, "err");
    } else if (wrote == 0 || errno != EINTR) {
      return; /* it reads no more */
    }
  }
}

static void obey(void) {
  char line[128], word[16];
  size_t length = 0;
  long id, number = 0;
  struct timespec now;
  for (char c = next_octet(); c != '\n'; c = next_octet()) {
    if (length < sizeof line - 1) line[length++] = c;
  }
  line[length] = '\0';
  if (sscanf(line, "%15s %ld %ld", word, &id, &number) < 2 || id <= 0 || number < 0) {
    fprintf(stderr, "agent: what is \"%s\"?\n", line);
    exit(1);
  }
  struct job *job = find(id);
  if (strcmp(word, "run") == 0) {
    run(id, (size_t)number);
  } else if (strcmp(word, "in") == 0) {
    char *octets = take((size_t)number);
    if (job != NULL && job->in >= 0) feed(job, octets, (size_t)number);
  } else if (strcmp(word, "eof") == 0) {
    if (job != NULL) close_end(&job->in);
  } else if (strcmp(word, "kill") == 0) {
    /* Until it has a session of its own there is no such group. */
    if (job != NULL && job->pid > 0 && kill(-job->pid, (int)number) != 0) kill(job->pid, (int)number);
  } else if (strcmp(word, "clock") == 0) {
    clock_gettime(CLOCK_MONOTONIC, &now);
    tell("clock", id, now.tv_sec * 1000000000L + now.tv_nsec, NULL, 0);
  }
}

static void settle(struct job *job) {
  if (job->id == 0 || job->pid != 0 || job->out >= 0 || job->err >= 0) return;
  tell("shut", job->id, 0, NULL, 0);
  close_end(&job->in);
  job->id = 0;
}

/* Buries the dead: programs of ours, and orphans. */
static void bury(void) {
  int status;
  for (pid_t ended; (ended = waitpid(-1, &status, WNOHANG)) > 0;) {
    for (size_t i = 0; i < MAX_JOBS; i++) {
      if (jobs[i].id == 0 || jobs[i].pid != ended) continue;
      drain(&jobs[i], &jobs[i].out, "out");
      drain(&jobs[i], &jobs[i].err, "err");
      jobs[i].pid = 0;
      tell("end", jobs[i].id, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), NULL, 0);
    }
  }
}

static int signals_of_children(void) {
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGCHLD);
  sigprocmask(SIG_BLOCK, &awaited, NULL);
  signal(SIGPIPE, SIG_IGN);
  return signalfd(-1, &awaited, SFD_CLOEXEC | SFD_NONBLOCK);
}

int main(void) {
  struct signalfd_siginfo info;
  int children = signals_of_children();
  if (children < 0) fail("signals");
  tell("hello", 0, 0, NULL, 0);
  for (;;) {
    struct pollfd polled[2 + 2 * MAX_JOBS];
    polled[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    polled[1] = (struct pollfd){.fd = children, .events = POLLIN};
    for (size_t i = 0; i < MAX_JOBS; i++) {
      polled[2 + 2 * i] = (struct pollfd){.fd = jobs[i].id == 0 ? -1 : jobs[i].out, .events = POLLIN};
      polled[3 + 2 * i] = (struct pollfd){.fd = jobs[i].id == 0 ? -1 : jobs[i].err, .events = POLLIN};
    }
    if (poll(polled, 2 + 2 * MAX_JOBS, -1) < 0 && errno != EINTR) fail("poll");
    for (size_t i = 0; i < MAX_JOBS; i++) {
      if (polled[2 + 2 * i].revents != 0) drain(&jobs[i], &jobs[i].out, "out");
      if (polled[3 + 2 * i].revents != 0) drain(&jobs[i], &jobs[i].err, "err");
    }
    if (polled[1].revents != 0) {
      while (read(children, &info, sizeof info) > 0) continue;
      bury();
    }
    for (size_t i = 0; i < MAX_JOBS; i++) settle(&jobs[i]);
    if (polled[0].revents != 0) {
      do obey();
      while (buffered_at < buffered_length);
    }
  }
}
