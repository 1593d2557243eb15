/**
 * VRRP on the wire: polluxd and real keepalived daemons on one segment of the kernel lab, judged by
 * captures that are read here, with no code of Pollux.
 */
package io.pollux.it.vrrp;
