/*
 * labflow strike: signals all processes of a network namespace, and takes links down or up, in the order given, with nothing in
 * between: everything is looked up and opened first, and the stroke runs with real-time priority. Prints when it began and ended.
 */
#define _GNU_SOURCE
#include "labflow.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_BLOWS 32
/* A process may fork while we look: look again until nobody is left. */
#define MAX_SWEEPS 5

struct blow {
	enum { SIGNAL, LINK } kind;
	dev_t netns_dev;
	ino_t netns_ino;
	int number;
	const char *name;
	int route_socket, ifindex, up;
};

static struct blow blows[MAX_BLOWS];
static int blow_count;
static int signalled;

static struct blow *new_blow(void)
{
	if (blow_count == MAX_BLOWS)
		die("strike: more than %d blows", MAX_BLOWS);
	return &blows[blow_count++];
}

static int open_netns(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof path, "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

/* NETNS/NUMBER or NETNS/NUMBER/NAME: all processes there, or those whose program is called so. */
static void add_signal(char *spec)
{
	struct blow *b = new_blow();
	char *number = strchr(spec, '/'), *name;
	struct stat st;
	int fd;

	if (!number)
		die("--signal: expected NETNS/NUMBER[/NAME]");
	*number++ = 0;
	name = strchr(number, '/');
	if (name)
		*name++ = 0;
	fd = open_netns(spec);
	fstat(fd, &st);
	close(fd);
	*b = (struct blow){.kind = SIGNAL, .netns_dev = st.st_dev, .netns_ino = st.st_ino, .number = atoi(number), .name = name};
}

static void add_link(char *spec, int up)
{
	struct blow *b = new_blow();
	char *f[2];
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), there;

	split(spec, f, 2, up ? "--raise" : "--cut");
	there = open_netns(f[0]);
	if (home < 0 || setns(there, CLONE_NEWNET))
		die("namespace %s: %s", f[0], strerror(errno));
	*b = (struct blow){.kind = LINK, .up = up, .ifindex = if_nametoindex(f[1])};
	if (!b->ifindex)
		die("no link %s in %s", f[1], f[0]);
	b->route_socket = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (b->route_socket < 0 || setns(home, CLONE_NEWNET))
		die("namespace: %s", strerror(errno));
	close(there);
	close(home);
}

static void set_link(const struct blow *b)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request = {
		.header = {sizeof request, RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, 1, 0},
		.link = {.ifi_family = AF_UNSPEC, .ifi_index = b->ifindex, .ifi_flags = b->up ? IFF_UP : 0, .ifi_change = IFF_UP},
	};
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char more[256];
	} answer;

	if (send(b->route_socket, &request, sizeof request, 0) < 0 || recv(b->route_socket, &answer, sizeof answer, 0) < 0)
		die("link: %s", strerror(errno));
	if (answer.header.nlmsg_type == NLMSG_ERROR && answer.error.error)
		die("link: %s", strerror(-answer.error.error));
}

static int is_called(const char *pid, const char *name)
{
	char path[300], exe[512];
	ssize_t n;
	const char *base;

	snprintf(path, sizeof path, "/proc/%s/exe", pid);
	n = readlink(path, exe, sizeof exe - 1);
	if (n < 0)
		return 0;
	exe[n] = 0;
	base = strrchr(exe, '/');
	return !strcmp(base ? base + 1 : exe, name);
}

static int sweep(const struct blow *b)
{
	DIR *proc = opendir("/proc");
	int hit = 0;

	if (!proc)
		die("/proc: %s", strerror(errno));
	for (struct dirent *e; (e = readdir(proc));) {
		char path[300];
		struct stat st;

		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		snprintf(path, sizeof path, "/proc/%s/ns/net", e->d_name);
		if (stat(path, &st) || st.st_ino != b->netns_ino || st.st_dev != b->netns_dev)
			continue;
		if (b->name && !is_called(e->d_name, b->name))
			continue;
		if (!kill(atoi(e->d_name), b->number))
			hit++;
	}
	closedir(proc);
	return hit;
}

static void strike(const struct blow *b)
{
	int hit;

	if (b->kind == LINK) {
		set_link(b);
		return;
	}
	hit = sweep(b);
	signalled += hit;
	/* Only the dead leave the list; a zombie has no namespace any more. */
	for (int i = 1; b->number == SIGKILL && hit && i < MAX_SWEEPS; i++)
		hit = sweep(b);
}

int strike_main(int argc, char **argv)
{
	static const struct option options[] = {
		{"signal", required_argument, NULL, 's'},
		{"cut", required_argument, NULL, 'c'},
		{"raise", required_argument, NULL, 'r'},
		{NULL, 0, NULL, 0},
	};
	struct sched_param highest = {.sched_priority = 98};
	int64_t began, began_mono;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's': add_signal(optarg); break;
		case 'c': add_link(optarg, 0); break;
		case 'r': add_link(optarg, 1); break;
		default: return 2;
		}
	}
	sched_setscheduler(0, SCHED_FIFO, &highest);
	began = real_ns();
	began_mono = mono_ns();
	for (int i = 0; i < blow_count; i++)
		strike(&blows[i]);
	printf("strike real=%lld mono=%lld took-us=%lld signalled=%d\n", (long long)began, (long long)began_mono,
	       (long long)(mono_ns() - began_mono) / 1000, signalled);
	return 0;
}
