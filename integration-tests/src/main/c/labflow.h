/*
 * labflow: the traffic of the failover drills, and the hand that cuts the power. It shares nothing with Pollux.
 */
#ifndef LABFLOW_H
#define LABFLOW_H

#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#define NS_PER_SECOND 1000000000LL
#define NS_PER_MILLI 1000000LL

/* First octets of every payload: what a capture is searched for. */
#define FLOW_MAGIC "PLXFLOW1"
#define FLOW_MAGIC_LENGTH 8
/* Magic 8, flow 4, sequence 4, time of sending 8 (CLOCK_MONOTONIC, ns); all big endian; zeros up to the length. */
#define FLOW_HEADER_LENGTH 24
#define FLOW_PAYLOAD_LENGTH 64

#define MAX_SENDERS 1024
#define MAX_RECEIVERS 1024
#define MAX_POLL (MAX_RECEIVERS + 8)

int64_t mono_ns(void);
int64_t real_ns(void);
void die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));
/* Splits "a/b/c" in place; dies when there are not exactly `count` fields. */
void split(char *text, char **fields, int count, const char *option);
struct sockaddr_in ipv4(const char *address, int port);
void put_be32(unsigned char *out, uint32_t value);
void put_be64(unsigned char *out, uint64_t value);
uint32_t get_be32(const unsigned char *in);
uint64_t get_be64(const unsigned char *in);

/* udp.c: numbered packets out, a log of arrivals in. */
void udp_add_sender(char *spec);
void udp_add_bait(char *spec);
void udp_add_receiver(char *spec);
void udp_open_log(const char *path);
void udp_start(int64_t now);
/* Sends what is due; returns when the next packet is. */
int64_t udp_send_due(int64_t now);
int udp_poll_fds(struct pollfd *fds);
void udp_receive(const struct pollfd *fds);
void udp_stop_sending(int64_t now);
void udp_report(void);

/* tcp.c: one steady stream of known content. */
void tcp_serve(char *spec);
void tcp_send(char *spec);
void tcp_start(int64_t now);
int64_t tcp_send_due(int64_t now);
int tcp_poll_fds(struct pollfd *fds);
void tcp_handle(const struct pollfd *fds, int count, int64_t now);
void tcp_finish_sending(void);
/* True when there is no stream to wait for any more. */
int tcp_settled(void);
void tcp_report(void);

/* strike.c: cuts links and signals processes in one stroke. */
int strike_main(int argc, char **argv);

#endif
