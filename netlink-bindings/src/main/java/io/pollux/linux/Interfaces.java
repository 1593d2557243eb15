package io.pollux.linux;

/** Numbers of network devices. */
public final class Interfaces {
  private Interfaces() {}

  /** The ifindex of a device in this thread's network namespace; ENODEV when it is not there. */
  public static int index(String name) {
    int index = LibC.C.if_nametoindex(name);
    if (index == 0) {
      throw new SystemCallException("if_nametoindex", name, LibC.errno());
    }
    return index;
  }
}
