/* Numbered UDP packets with a steady pace, and a log of what arrived. */
#define _GNU_SOURCE
#include "labflow.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BAIT_PORT 9
#define BAIT_FRAME_LENGTH (14 + 20 + 8 + FLOW_PAYLOAD_LENGTH)
#define LOG_MAGIC "PLXLOG1\n"

struct sender {
	uint32_t flow;
	int fd;
	int bait;
	struct sockaddr_storage to;
	socklen_t to_length;
	unsigned char frame[BAIT_FRAME_LENGTH];
	int64_t period, start, next, last, end, latest;
	uint32_t seq;
	uint32_t refused;
};

/* One arrival in the log, in host byte order. */
struct arrival {
	uint32_t flow, seq;
	int64_t sent_ns, received_ns;
};

static struct sender senders[MAX_SENDERS];
static int sender_count;
static int receivers[MAX_RECEIVERS];
static int receiver_count;
static FILE *arrivals;
static uint64_t arrival_count;

static int udp_socket(const char *address, int port)
{
	struct sockaddr_in local = ipv4(address, port);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), size = 4 << 20;

	if (fd < 0 || bind(fd, (struct sockaddr *)&local, sizeof local))
		die("udp %s port %d: %s", address, port, strerror(errno));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	return fd;
}

static struct sender *new_sender(const char *flow, const char *pps)
{
	struct sender *s;
	long rate = strtol(pps, NULL, 10);

	if (sender_count == MAX_SENDERS)
		die("more than %d flows", MAX_SENDERS);
	if (rate < 1 || rate > 100000)
		die("packets per second out of range: %s", pps);
	s = &senders[sender_count++];
	s->flow = strtoul(flow, NULL, 10);
	s->period = NS_PER_SECOND / rate;
	return s;
}

void udp_add_sender(char *spec)
{
	char *f[5];
	struct sender *s;
	struct sockaddr_in to;

	split(spec, f, 5, "--send");
	s = new_sender(f[0], f[4]);
	s->fd = udp_socket(f[1], 0);
	to = ipv4(f[2], atoi(f[3]));
	memcpy(&s->to, &to, sizeof to);
	s->to_length = sizeof to;
}

static uint16_t ip_checksum(const unsigned char *header)
{
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += header[i] << 8 | header[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* A complete frame to a chosen machine, whatever the routes and neighbours of this host say. */
static void build_bait(struct sender *s, const char *mac, const char *from, const char *to)
{
	unsigned char *eth = s->frame, *ip = eth + 14, *udp = ip + 20;
	unsigned int m[6];
	struct in_addr a;
	uint16_t sum;

	if (sscanf(mac, "%x:%x:%x:%x:%x:%x", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]) != 6)
		die("not a MAC address: %s", mac);
	for (int i = 0; i < 6; i++)
		eth[i] = m[i];
	eth[12] = ETHERTYPE_IP >> 8;
	eth[13] = ETHERTYPE_IP & 0xff;
	ip[0] = 0x45;
	ip[3] = 20 + 8 + FLOW_PAYLOAD_LENGTH;
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	a = ipv4(from, 0).sin_addr;
	memcpy(ip + 12, &a, 4);
	a = ipv4(to, 0).sin_addr;
	memcpy(ip + 16, &a, 4);
	sum = ip_checksum(ip);
	ip[10] = sum >> 8;
	ip[11] = sum;
	udp[1] = udp[3] = BAIT_PORT;
	udp[5] = 8 + FLOW_PAYLOAD_LENGTH;
}

void udp_add_bait(char *spec)
{
	char *f[6];
	struct sender *s;
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_halen = 6, .sll_protocol = htons(ETH_P_IP)};

	struct ifreq link = {0};

	split(spec, f, 6, "--bait");
	s = new_sender(f[0], f[5]);
	s->bait = 1;
	/* Protocol 0: sends only, receives nothing. */
	s->fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	to.sll_ifindex = if_nametoindex(f[1]);
	if (s->fd < 0 || !to.sll_ifindex)
		die("bait on %s: %s", f[1], strerror(errno));
	build_bait(s, f[2], f[3], f[4]);
	/* A bridge drops frames without a source. */
	snprintf(link.ifr_name, sizeof link.ifr_name, "%s", f[1]);
	if (ioctl(s->fd, SIOCGIFHWADDR, &link))
		die("address of %s: %s", f[1], strerror(errno));
	memcpy(s->frame + 6, link.ifr_hwaddr.sa_data, 6);
	memcpy(to.sll_addr, s->frame, 6);
	memcpy(&s->to, &to, sizeof to);
	s->to_length = sizeof to;
}

void udp_add_receiver(char *spec)
{
	char *f[2];

	split(spec, f, 2, "--recv");
	if (receiver_count == MAX_RECEIVERS)
		die("more than %d receivers", MAX_RECEIVERS);
	receivers[receiver_count++] = udp_socket(f[0], atoi(f[1]));
}

void udp_open_log(const char *path)
{
	arrivals = fopen(path, "we");
	if (!arrivals)
		die("%s: %s", path, strerror(errno));
	setvbuf(arrivals, NULL, _IOFBF, 1 << 20);
	fwrite(LOG_MAGIC, 1, strlen(LOG_MAGIC), arrivals);
}

void udp_start(int64_t now)
{
	for (int i = 0; i < sender_count; i++)
		senders[i].start = senders[i].next = now;
}

static void send_one(struct sender *s, int64_t now)
{
	unsigned char *payload = s->frame + BAIT_FRAME_LENGTH - FLOW_PAYLOAD_LENGTH;
	const unsigned char *from = s->bait ? s->frame : payload;
	size_t length = s->bait ? BAIT_FRAME_LENGTH : FLOW_PAYLOAD_LENGTH;

	memcpy(payload, FLOW_MAGIC, FLOW_MAGIC_LENGTH);
	put_be32(payload + 8, s->flow);
	put_be32(payload + 12, s->seq++);
	put_be64(payload + 16, now);
	if (sendto(s->fd, from, length, 0, (struct sockaddr *)&s->to, s->to_length) < 0)
		s->refused++;
}

int64_t udp_send_due(int64_t now)
{
	int64_t first = INT64_MAX, earliest;

	for (int i = 0; i < sender_count; i++) {
		struct sender *s = &senders[i];

		if (now >= s->next && now >= s->last + s->period / 2) {
			s->last = now;
			if (now - s->next > s->latest)
				s->latest = now - s->next;
			send_one(s, now);
			s->next += s->period;
		}
		/* After a stall the pace at most doubles until the lost time is made up. */
		earliest = s->next > s->last + s->period / 2 ? s->next : s->last + s->period / 2;
		if (earliest < first)
			first = earliest;
	}
	return first;
}

int udp_poll_fds(struct pollfd *fds)
{
	for (int i = 0; i < receiver_count; i++)
		fds[i] = (struct pollfd){receivers[i], POLLIN, 0};
	return receiver_count;
}

static void receive_all(int fd)
{
	unsigned char packet[2048];
	ssize_t n;

	while ((n = recv(fd, packet, sizeof packet, 0)) >= 0) {
		struct arrival a;

		if (n < FLOW_HEADER_LENGTH || memcmp(packet, FLOW_MAGIC, FLOW_MAGIC_LENGTH))
			continue;
		a = (struct arrival){get_be32(packet + 8), get_be32(packet + 12), get_be64(packet + 16), mono_ns()};
		arrival_count++;
		if (arrivals)
			fwrite(&a, sizeof a, 1, arrivals);
	}
}

void udp_receive(const struct pollfd *fds)
{
	for (int i = 0; i < receiver_count; i++)
		if (fds[i].revents)
			receive_all(receivers[i]);
}

void udp_stop_sending(int64_t now)
{
	for (int i = 0; i < sender_count; i++)
		if (!senders[i].end)
			senders[i].end = now;
}

void udp_report(void)
{
	for (int i = 0; i < sender_count; i++) {
		struct sender *s = &senders[i];

		printf("sent flow=%u count=%u nominal=%lld refused=%u latest-us=%lld\n", s->flow, s->seq,
		       (long long)((s->end - s->start) / s->period), s->refused, (long long)(s->latest / 1000));
	}
	if (arrivals && fclose(arrivals))
		die("log: %s", strerror(errno));
	printf("received packets=%llu\n", (unsigned long long)arrival_count);
}
