/* Prints numbers and layouts of the kernel and C library headers that the Java tables are held against; rows: linux-abi/. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stddef.h>
#include <poll.h>
#include <sched.h>
#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/if_ether.h>
#include <linux/if_tunnel.h>
#include <linux/falloc.h>
#include <linux/fib_rules.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/lwtunnel.h>
#include <linux/veth.h>
#include <linux/xfrm.h>
#define C(x) printf("const\t%s\t%lld\n", #x, (long long)(x));
#define S(s) printf("struct\t%s\t%zu\n", #s, sizeof(struct s));
#define F(s, f) printf("field\t%s\t%s\t%zu\n", #s, #f, offsetof(struct s, f));
int main(void) {
#include "linux-abi/system.inc"
#include "linux-abi/netlink.inc"
#include "linux-abi/route.inc"
#include "linux-abi/errno.inc"
#include "linux-abi/structs.inc"
  return 0;
}
