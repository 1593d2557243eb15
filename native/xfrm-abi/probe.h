/* The kernel headers whose layout Pollux speaks. */
#include <linux/types.h>
#include <linux/xfrm.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/if_link.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/fib_rules.h>
#include <linux/if_packet.h>
#include <linux/if_tunnel.h>
