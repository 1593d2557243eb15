package io.pollux.netlink.wire;

/** Something that the kernel tells a multicast group, of whichever family. */
public interface NlNotification {}
