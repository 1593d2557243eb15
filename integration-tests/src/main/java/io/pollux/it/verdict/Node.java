package io.pollux.it.verdict;

/** A gateway, as it is seen on the wires: by the MAC addresses of its two interfaces. */
record Node(String name, long lanMac, long wanMac) {
  static Node of(Evidence e, String name) {
    return new Node(name, e.mac(name + ".lan"), e.mac(name + ".wan"));
  }

  boolean has(long mac) {
    return mac == lanMac || mac == wanMac;
  }
}
