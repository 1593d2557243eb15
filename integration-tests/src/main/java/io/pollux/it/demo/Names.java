package io.pollux.it.demo;

/** Identities and pre-shared keys of the demo's tunnels. */
final class Names {
  static final String HUB_ID = "hub.example.org";

  private Names() {}

  static String branchId(int tunnel) {
    return tunnel == 0 ? "branch.example.org" : "branch%d.example.org".formatted(tunnel);
  }

  static String connection(int tunnel) {
    return tunnel == 0 ? "branch" : "branch" + tunnel;
  }

  /**
   * Known to everybody who reads this: good for a lab that nobody can reach, and for nothing else.
   */
  static String secret() {
    return "known to all who read this";
  }
}
