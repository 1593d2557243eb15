/*
 * labflow run     one process per host: sends and receives all of its flows until its input says so
 * labflow strike  see strike.c
 *
 * "run" reads commands from its standard input: "quiet" ends the sending, "stop" (or the end of input) ends everything.
 */
#define _GNU_SOURCE
#include "labflow.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define TCP_PATIENCE_NS (5 * NS_PER_SECOND)

static int64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

int64_t mono_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t real_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

void die(const char *format, ...)
{
	va_list args;

	fputs("labflow: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void split(char *text, char **fields, int count, const char *option)
{
	int n = 0;
	char *save = NULL;

	for (char *f = strtok_r(text, "/", &save); f; f = strtok_r(NULL, "/", &save)) {
		if (n == count)
			die("%s: more than %d fields", option, count);
		fields[n++] = f;
	}
	if (n != count)
		die("%s: %d fields, expected %d", option, n, count);
}

struct sockaddr_in ipv4(const char *address, int port)
{
	struct sockaddr_in out = {.sin_family = AF_INET, .sin_port = htons(port)};

	if (inet_pton(AF_INET, address, &out.sin_addr) != 1)
		die("not an IPv4 address: %s", address);
	return out;
}

void put_be32(unsigned char *out, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		out[i] = value >> (24 - 8 * i);
}

void put_be64(unsigned char *out, uint64_t value)
{
	put_be32(out, value >> 32);
	put_be32(out + 4, value);
}

uint32_t get_be32(const unsigned char *in)
{
	return (uint32_t)in[0] << 24 | in[1] << 16 | in[2] << 8 | in[3];
}

uint64_t get_be64(const unsigned char *in)
{
	return (uint64_t)get_be32(in) << 32 | get_be32(in + 4);
}

enum phase { RUNNING, QUIET, STOPPING };

static enum phase read_command(enum phase phase, int64_t now)
{
	static char line[64];
	static size_t filled;
	ssize_t n = read(0, line + filled, sizeof line - 1 - filled);
	char *end;

	if (n <= 0)
		return STOPPING;
	filled += n;
	line[filled] = 0;
	while ((end = strchr(line, '\n'))) {
		*end = 0;
		if (!strcmp(line, "quiet") && phase == RUNNING) {
			phase = QUIET;
			udp_stop_sending(now);
			tcp_finish_sending();
			puts("quiet");
			fflush(stdout);
		} else if (!strcmp(line, "stop")) {
			return STOPPING;
		}
		filled -= end + 1 - line;
		memmove(line, end + 1, filled + 1);
	}
	if (filled == sizeof line - 1)
		filled = 0;
	return phase;
}

static void wait_until(struct pollfd *fds, int count, int64_t due)
{
	int64_t left = due - mono_ns();
	struct timespec t = {left / NS_PER_SECOND, left % NS_PER_SECOND};

	if (left < 0)
		t = (struct timespec){0, 0};
	if (ppoll(fds, count, &t, NULL) < 0 && errno != EINTR)
		die("poll: %s", strerror(errno));
}

static void loop(void)
{
	static struct pollfd fds[MAX_POLL];
	enum phase phase = RUNNING;
	int64_t deadline = 0;

	for (;;) {
		int64_t now = mono_ns(), due = now + NS_PER_SECOND / 10, next;
		int udp, tcp;

		if (phase == RUNNING) {
			if ((next = udp_send_due(now)) < due)
				due = next;
			if ((next = tcp_send_due(now)) < due)
				due = next;
		}
		if (phase == STOPPING) {
			if (!deadline) {
				udp_stop_sending(now);
				tcp_finish_sending();
				deadline = now + TCP_PATIENCE_NS;
			}
			if (tcp_settled() || now >= deadline)
				return;
		}
		udp = udp_poll_fds(fds);
		tcp = tcp_poll_fds(fds + udp);
		fds[udp + tcp] = (struct pollfd){phase == STOPPING ? -1 : 0, POLLIN, 0};
		wait_until(fds, udp + tcp + 1, due);
		udp_receive(fds);
		tcp_handle(fds + udp, tcp, mono_ns());
		if (fds[udp + tcp].revents)
			phase = read_command(phase, mono_ns());
	}
}

static int run_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"log", required_argument, NULL, 'l'},       {"send", required_argument, NULL, 's'},
		{"bait", required_argument, NULL, 'b'},      {"recv", required_argument, NULL, 'r'},
		{"tcp-serve", required_argument, NULL, 'v'}, {"tcp-send", required_argument, NULL, 't'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 'l': udp_open_log(optarg); break;
		case 's': udp_add_sender(optarg); break;
		case 'b': udp_add_bait(optarg); break;
		case 'r': udp_add_receiver(optarg); break;
		case 'v': tcp_serve(optarg); break;
		case 't': tcp_send(optarg); break;
		default: return 2;
		}
	}
	/* Lets the other hosts open their sockets first: the first line is the start. */
	puts("ready");
	fflush(stdout);
	for (char first = 0; first != '\n';)
		if (read(0, &first, 1) != 1)
			return 1;
	printf("clock mono=%lld real=%lld\n", (long long)mono_ns(), (long long)real_ns());
	fflush(stdout);
	setpriority(PRIO_PROCESS, 0, -15); /* traffic is sent when it is due, whatever else wants the CPU */
	udp_start(mono_ns());
	tcp_start(mono_ns());
	loop();
	udp_report();
	tcp_report();
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 2 && !strcmp(argv[1], "run"))
		return run_main(argc - 1, argv + 1);
	if (argc >= 2 && !strcmp(argv[1], "strike"))
		return strike_main(argc - 1, argv + 1);
	fputs("usage: labflow run [--log FILE] [--send FLOW/FROM/TO/PORT/PPS]... [--bait FLOW/DEV/MAC/FROM/TO/PPS]...\n"
	      "                   [--recv ADDR/PORT]... [--tcp-serve ADDR/PORT] [--tcp-send FROM/TO/PORT/KBIT]\n"
	      "       labflow strike [--signal NETNS/NUMBER[/NAME]]... [--cut NETNS/DEV]... [--raise NETNS/DEV]...\n",
	      stderr);
	return 2;
}
