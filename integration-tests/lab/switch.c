/*
 * Ethernet between guests: each segment is a Unix SEQPACKET socket, each guest's device a connection to it, each packet
 * of the connection a frame. Frames are passed on as a switch does: to the port where the address was last seen, else to
 * all others of the segment. A guest that dies takes its connection with it.
 *
 *   pollux-switch NAME=SOCKET...
 *
 * Prints "ready" and then obeys its standard input, whose end is its own:
 *
 *   capture DIR NAME...   every frame that enters these segments goes to DIR/NAME.pcap, with this machine's clock, which
 *                         is one clock for all guests; answers "capturing"
 *   stop                  closes the files and writes DIR/NAME.tcpdump.txt with the sums; answers "stopped"
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
  MAX_SEGMENTS = 8,
  MAX_PORTS = 32,
  MAX_ADDRESSES = 256,
  QUEUE = 4096, /* frames that wait for a guest that does not read; more are dropped and counted */
  LARGEST_FRAME = 9216,
  SNAP = 128,
  BURST = 64, /* frames of one port before the others have their turn */
};

struct frame {
  size_t length;
  unsigned char octets[];
};

struct port {
  int socket; /* -1: free */
  int segment;
  struct frame *queue[QUEUE];
  size_t first, waiting;
};

struct address {
  int segment, port;
  unsigned char mac[6];
};

struct segment {
  const char *name;
  int listener;
  FILE *capture;
  char log[PATH_MAX];
  uint64_t captured, dropped;
};

static struct segment segments[MAX_SEGMENTS];
static int segment_count;
static struct port ports[MAX_PORTS];
static struct address addresses[MAX_ADDRESSES];
static int address_count;

static void fail(const char *what) __attribute__((noreturn));
static void fail(const char *what) {
  fprintf(stderr, "switch: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void add_segment(char *spec) {
  struct sockaddr_un where = {.sun_family = AF_UNIX};
  char *path = strchr(spec, '=');
  if (path == NULL || segment_count == MAX_SEGMENTS || strlen(path + 1) >= sizeof where.sun_path) {
    errno = EINVAL;
    fail(spec);
  }
  *path++ = '\0';
  strcpy(where.sun_path, path);
  int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&where, sizeof where) != 0 || listen(listener, 16) != 0)
    fail(path);
  segments[segment_count++] = (struct segment){.name = spec, .listener = listener};
}

/* ---- captures ---- */

static void put32(FILE *out, uint32_t value) {
  fwrite(&value, sizeof value, 1, out);
}

static struct segment *named(const char *name) {
  for (int i = 0; i < segment_count; i++) {
    if (strcmp(segments[i].name, name) == 0) return &segments[i];
  }
  errno = ENOENT;
  fail(name);
}

static void open_capture(struct segment *segment, const char *directory) {
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s.pcap", directory, segment->name);
  snprintf(segment->log, sizeof segment->log, "%s/%s.tcpdump.txt", directory, segment->name);
  segment->capture = fopen(path, "we");
  if (segment->capture == NULL) fail(path);
  setvbuf(segment->capture, NULL, _IOFBF, 1 << 20);
  put32(segment->capture, 0xa1b23c4d); /* nanoseconds */
  put32(segment->capture, 2 | 4 << 16);
  put32(segment->capture, 0);
  put32(segment->capture, 0);
  put32(segment->capture, SNAP);
  put32(segment->capture, 1); /* Ethernet */
  segment->captured = segment->dropped = 0;
}

static void close_capture(struct segment *segment) {
  if (segment->capture == NULL) return;
  bool bad = ferror(segment->capture) != 0;
  if (fclose(segment->capture) != 0 || bad) fail("capture");
  segment->capture = NULL;
  FILE *log = fopen(segment->log, "we");
  if (log == NULL) fail(segment->log);
  fprintf(log, "%llu packets captured by the switch\n%llu packets dropped by interface (a guest's queue was full)\n",
          (unsigned long long)segment->captured, (unsigned long long)segment->dropped);
  fclose(log);
}

static void record(struct segment *segment, const unsigned char *frame, size_t length) {
  struct timespec now;
  if (segment->capture == NULL) return;
  clock_gettime(CLOCK_REALTIME, &now);
  size_t kept = length < SNAP ? length : SNAP;
  put32(segment->capture, (uint32_t)now.tv_sec);
  put32(segment->capture, (uint32_t)now.tv_nsec);
  put32(segment->capture, (uint32_t)kept);
  put32(segment->capture, (uint32_t)length);
  fwrite(frame, 1, kept, segment->capture);
  segment->captured++;
}

/* ---- frames ---- */

static void forget(int port) {
  for (int i = 0; i < address_count;) {
    if (addresses[i].port == port) addresses[i] = addresses[--address_count];
    else i++;
  }
}

static void unplug(int port) {
  struct port *p = &ports[port];
  for (; p->waiting > 0; p->waiting--) {
    free(p->queue[p->first]);
    p->first = (p->first + 1) % QUEUE;
  }
  close(p->socket);
  p->socket = -1;
  forget(port);
}

static void plug(int segment) {
  int socket = accept4(segments[segment].listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  int size = 4 << 20;
  if (socket < 0) return;
  setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  for (int i = 0; i < MAX_PORTS; i++) {
    if (ports[i].socket >= 0) continue;
    ports[i].socket = socket;
    ports[i].segment = segment;
    return;
  }
  close(socket);
}

static struct address *lookup(int segment, const unsigned char *mac) {
  for (int i = 0; i < address_count; i++) {
    if (addresses[i].segment == segment && memcmp(addresses[i].mac, mac, 6) == 0) return &addresses[i];
  }
  return NULL;
}

static void learn(int segment, int port, const unsigned char *mac) {
  struct address *known = lookup(segment, mac);
  if ((mac[0] & 1) != 0) return;
  if (known == NULL && address_count < MAX_ADDRESSES) known = &addresses[address_count++];
  if (known == NULL) return;
  known->segment = segment;
  known->port = port;
  memcpy(known->mac, mac, 6);
}

/* Sends what waits; false when the guest is gone. */
static bool flush(struct port *port) {
  while (port->waiting > 0) {
    struct frame *frame = port->queue[port->first];
    ssize_t sent = send(port->socket, frame->octets, frame->length, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS)) return true;
    if (sent < 0) return false;
    free(frame);
    port->first = (port->first + 1) % QUEUE;
    port->waiting--;
  }
  return true;
}

static void deliver(int to, const unsigned char *octets, size_t length) {
  struct port *port = &ports[to];
  struct frame *frame = port->waiting == QUEUE ? NULL : malloc(sizeof *frame + length);
  if (frame == NULL) {
    segments[port->segment].dropped++;
    return;
  }
  frame->length = length;
  memcpy(frame->octets, octets, length);
  port->queue[(port->first + port->waiting++) % QUEUE] = frame;
  if (!flush(port)) unplug(to);
}

static void pass_on(int from, const unsigned char *octets, size_t length) {
  int segment = ports[from].segment;
  record(&segments[segment], octets, length);
  learn(segment, from, octets + 6);
  struct address *target = (octets[0] & 1) != 0 ? NULL : lookup(segment, octets);
  for (int i = 0; i < MAX_PORTS; i++) {
    if (i == from || ports[i].socket < 0 || ports[i].segment != segment) continue;
    if (target == NULL || target->port == i) deliver(i, octets, length);
  }
}

/* False when the guest is gone. */
static bool receive(int from) {
  static unsigned char octets[LARGEST_FRAME];
  for (int i = 0; i < BURST && ports[from].socket >= 0; i++) {
    ssize_t got = recv(ports[from].socket, octets, sizeof octets, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (got <= 0) return false;
    if (got >= 14) pass_on(from, octets, (size_t)got);
  }
  return ports[from].socket >= 0;
}

/* ---- commands ---- */

static void obey(char *line) {
  char *save = NULL, *word = strtok_r(line, " \n", &save);
  if (word != NULL && strcmp(word, "capture") == 0) {
    char *directory = strtok_r(NULL, " \n", &save);
    for (char *name; (name = strtok_r(NULL, " \n", &save)) != NULL;) open_capture(named(name), directory);
    puts("capturing");
  } else if (word != NULL && strcmp(word, "stop") == 0) {
    for (int i = 0; i < segment_count; i++) close_capture(&segments[i]);
    puts("stopped");
  } else {
    puts("?");
  }
  fflush(stdout);
}

/* False at the end of the input. */
static bool read_command(void) {
  static char line[PATH_MAX * 2];
  static size_t length;
  ssize_t got = read(STDIN_FILENO, line + length, sizeof line - 1 - length);
  if (got <= 0) return got < 0 && errno == EINTR;
  length += (size_t)got;
  for (char *end; (end = memchr(line, '\n', length)) != NULL;) {
    size_t used = (size_t)(end - line) + 1;
    *end = '\0';
    obey(line);
    memmove(line, line + used, length - used);
    length -= used;
  }
  return length < sizeof line - 1;
}

int main(int count, char **words) {
  for (int i = 0; i < MAX_PORTS; i++) ports[i].socket = -1;
  for (int i = 1; i < count; i++) add_segment(words[i]);
  puts("ready");
  fflush(stdout);
  for (;;) {
    struct pollfd polled[1 + MAX_SEGMENTS + MAX_PORTS];
    struct pollfd *of_port = polled + 1 + segment_count;
    polled[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    for (int i = 0; i < segment_count; i++)
      polled[1 + i] = (struct pollfd){.fd = segments[i].listener, .events = POLLIN};
    for (int i = 0; i < MAX_PORTS; i++) {
      short events = POLLIN | (ports[i].socket >= 0 && ports[i].waiting > 0 ? POLLOUT : 0);
      of_port[i] = (struct pollfd){.fd = ports[i].socket, .events = events};
    }
    if (poll(polled, 1 + (nfds_t)segment_count + MAX_PORTS, -1) < 0) continue;
    for (int i = 0; i < MAX_PORTS; i++) {
      if (of_port[i].revents == 0 || ports[i].socket != of_port[i].fd) continue;
      bool lives = flush(&ports[i]);
      if (lives && (of_port[i].revents & ~POLLOUT) != 0) lives = receive(i);
      if (!lives && ports[i].socket >= 0) unplug(i);
    }
    for (int i = 0; i < segment_count; i++) {
      if (polled[1 + i].revents != 0) plug(i);
    }
    if (polled[0].revents != 0 && !read_command()) return 0;
  }
}
