/* One TCP stream of known content at a steady rate; the receiver checks every octet and answers with their number. */
#define _GNU_SOURCE
#include "labflow.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNKS_PER_SECOND 100
#define ANSWER_LENGTH 8

struct stream {
	int fd;
	const char *role;
	int64_t period, next, last_progress, longest_stall;
	size_t chunk;
	uint64_t octets;
	int finishing, settled, survived, error;
	const char *why;
};

static struct stream client = {.fd = -1, .role = "send"}, server = {.fd = -1, .role = "serve"};
static int listener = -1;
static struct sockaddr_in client_from, client_to;

/* The octet at an offset: cheap, and neither constant nor short in period. */
static unsigned char content(uint64_t offset)
{
	return (offset * 2654435761u) >> 21 ^ offset >> 16;
}

void tcp_serve(char *spec)
{
	char *f[2];
	struct sockaddr_in local;
	int one = 1;

	split(spec, f, 2, "--tcp-serve");
	local = ipv4(f[0], atoi(f[1]));
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (listener < 0 || bind(listener, (struct sockaddr *)&local, sizeof local) || listen(listener, 1))
		die("tcp %s: %s", f[0], strerror(errno));
}

void tcp_send(char *spec)
{
	char *f[4];
	long kbit;

	split(spec, f, 4, "--tcp-send");
	client_from = ipv4(f[0], 0);
	client_to = ipv4(f[1], atoi(f[2]));
	kbit = strtol(f[3], NULL, 10);
	if (kbit < 8 || kbit > 100000)
		die("kbit per second out of range: %s", f[3]);
	client.chunk = kbit * 1000 / 8 / CHUNKS_PER_SECOND;
	client.period = NS_PER_SECOND / CHUNKS_PER_SECOND;
}

static void broken(struct stream *s, const char *why, int error)
{
	s->settled = 1;
	s->why = why;
	s->error = error;
}

static void progress(struct stream *s, int64_t now)
{
	if (s->last_progress && now - s->last_progress > s->longest_stall)
		s->longest_stall = now - s->last_progress;
	s->last_progress = now;
}

void tcp_start(int64_t now)
{
	int size = 64 << 10;

	if (!client.chunk)
		return;
	client.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(client.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	if (client.fd < 0 || bind(client.fd, (struct sockaddr *)&client_from, sizeof client_from) ||
	    (connect(client.fd, (struct sockaddr *)&client_to, sizeof client_to) && errno != EINPROGRESS))
		broken(&client, "connect", errno);
	client.next = now;
	client.last_progress = now;
}

int64_t tcp_send_due(int64_t now)
{
	unsigned char chunk[16384];
	size_t length = client.chunk < sizeof chunk ? client.chunk : sizeof chunk;
	ssize_t n;

	if (client.fd < 0 || client.settled || client.finishing)
		return INT64_MAX;
	if (now < client.next)
		return client.next;
	client.next += client.period;
	if (client.next < now)
		client.next = now + client.period;
	for (size_t i = 0; i < length; i++)
		chunk[i] = content(client.octets + i);
	n = send(client.fd, chunk, length, MSG_NOSIGNAL);
	if (n >= 0) {
		client.octets += n;
		progress(&client, now);
	} else if (errno != EAGAIN && errno != EINPROGRESS && errno != ENOTCONN) {
		broken(&client, "send", errno);
	}
	return client.next;
}

int tcp_poll_fds(struct pollfd *fds)
{
	int n = 0;

	if (client.fd >= 0 && !client.settled)
		fds[n++] = (struct pollfd){client.fd, POLLIN, 0};
	if (server.fd >= 0 && !server.settled)
		fds[n++] = (struct pollfd){server.fd, POLLIN, 0};
	if (listener >= 0 && server.fd < 0)
		fds[n++] = (struct pollfd){listener, POLLIN, 0};
	return n;
}

static void read_answer(void)
{
	unsigned char answer[ANSWER_LENGTH];
	ssize_t n = recv(client.fd, answer, sizeof answer, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n != sizeof answer) {
		broken(&client, n < 0 ? "receive" : "closed early", n < 0 ? errno : 0);
		return;
	}
	client.settled = 1;
	client.survived = client.finishing && get_be64(answer) == client.octets;
	if (!client.survived)
		client.why = "the receiver counted otherwise";
}

static void serve(int64_t now)
{
	unsigned char data[16384], answer[ANSWER_LENGTH];
	ssize_t n = recv(server.fd, data, sizeof data, 0);

	if (n < 0) {
		if (errno != EAGAIN)
			broken(&server, "receive", errno);
		return;
	}
	progress(&server, now);
	for (ssize_t i = 0; i < n; i++)
		if (data[i] != content(server.octets + i)) {
			broken(&server, "content", 0);
			close(server.fd);
			return;
		}
	server.octets += n;
	if (n == 0) {
		put_be64(answer, server.octets);
		server.survived = send(server.fd, answer, sizeof answer, MSG_NOSIGNAL) == sizeof answer;
		server.settled = 1;
		close(server.fd);
	}
}

void tcp_handle(const struct pollfd *fds, int count, int64_t now)
{
	for (int i = 0; i < count; i++) {
		if (!fds[i].revents)
			continue;
		if (fds[i].fd == listener) {
			server.fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		} else if (fds[i].fd == client.fd) {
			read_answer();
		} else {
			serve(now);
		}
	}
}

void tcp_finish_sending(void)
{
	if (client.fd < 0 || client.settled || client.finishing)
		return;
	client.finishing = 1;
	if (shutdown(client.fd, SHUT_WR))
		broken(&client, "shutdown", errno);
}

int tcp_settled(void)
{
	return (client.fd < 0 || client.settled) && (server.fd < 0 || server.settled);
}

static void report(const struct stream *s)
{
	printf("tcp role=%s octets=%llu survived=%d longest-stall-ms=%lld error=%s\n", s->role, (unsigned long long)s->octets,
	       s->survived, (long long)(s->longest_stall / NS_PER_MILLI),
	       s->why ? s->why : s->settled ? "none" : "unfinished");
}

void tcp_report(void)
{
	if (client.chunk)
		report(&client);
	if (listener >= 0)
		report(&server);
}
