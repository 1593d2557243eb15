package io.pollux.it.packaging;

/**
 * The example for conntrackd, installed as its comment says from where the package puts it, with a
 * conntrackd that writes down what it is told.
 */
final class FollowedRole {
  /** For pollux.conf; the machine may be slow. */
  static final String CONFIGURATION =
      "ha { hooks { role = /etc/pollux/role-conntrackd, timeout = 60s } }\n";

  /** What is to be said of an active node, and of a standby. */
  static final String ACTIVE = "-c -f -R -B ";

  static final String STANDBY = "-t -n ";
  private static final String TOLD = "/run/conntrackd-told";

  private final Machine machine;

  FollowedRole(Machine machine) {
    this.machine = machine;
  }

  void install() {
    machine.write(
        "/usr/sbin/conntrackd", "#!/bin/sh\nprintf '%s ' \"$1\" >>" + TOLD + "\nid -u >>/run/as\n");
    machine
        .shell(
            """
            set -e
            chmod 755 /usr/sbin/conntrackd
            cd /usr/share/doc/pollux/examples/hooks
            install -m 755 role-conntrackd /etc/pollux/
            install -m 755 conntrackd-follow /usr/local/sbin/
            install -m 644 pollux-role.socket pollux-role.service /etc/systemd/system/
            systemctl daemon-reload
            systemctl start pollux-role.socket
            """)
        .orFail();
  }

  /** Waits until this was the last that conntrackd was told. */
  void await(String last) {
    machine.await(
        () -> machine.run("cat", TOLD).out().endsWith(last), "conntrackd to be told " + last);
  }

  /** The users that conntrackd was run as. */
  String users() {
    return machine.run("sort", "-u", "/run/as").orFail().strip();
  }

  void remove() {
    machine
        .shell(
            """
            systemctl stop pollux-role.socket pollux-role.service
            rm /usr/sbin/conntrackd /usr/local/sbin/conntrackd-follow /etc/systemd/system/pollux-role.*
            systemctl daemon-reload
            """)
        .orFail();
  }
}
