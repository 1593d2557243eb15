package io.pollux.netlink.wire;

/**
 * Octets that are no netlink message. The kernel does not send such, so this means a table of ours
 * is wrong, or a kernel we do not know. The message names the part and what was wrong with it.
 */
public final class MalformedNetlink extends Exception {
  public MalformedNetlink(String part, String problem) {
    super(part + ": " + problem);
  }
}
