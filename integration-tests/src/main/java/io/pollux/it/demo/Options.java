package io.pollux.it.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * What the demo was asked to do.
 *
 * @param peer strongswan, pollux, or manual (with the manually keyed hub)
 * @param hub pollux, or manual: a stand-in for trying the demo itself
 * @param takeovers of the marathon
 * @param jump as in the configuration: auto, rate, rekey, "fixed N"
 * @param scenarios what to run, with what has to go before
 * @param guests each machine is a guest kernel, not a namespace; {@code launcher} and {@code
 *     kernel} are the lab's then, null otherwise
 */
record Options(
    String peer,
    String hub,
    int tunnels,
    int packetsPerSecond,
    int takeovers,
    int advertMillis,
    String jump,
    List<Scenario> scenarios,
    boolean keep,
    Path report,
    Path work,
    Path labflow,
    Path pollux,
    boolean guests,
    Path launcher,
    Path kernel) {

  static final String USAGE =
      """
      Usage: demo [OPTION]...
        --peer strongswan|pollux   who the branch is (strongswan)
        --tunnels N                IKE SAs, each with two Child SAs, 1 to 200 (1)
        --pps N                    packets per second of each flow, 1 to 5000 (500)
        --advert MS                VRRP advertisement interval, 10 to 10000 (100)
        --jump auto|rate|rekey|"fixed N"   forward step of the sequence numbers (auto)
        --scenario NAME            power-loss, rejoin, failback, switchover, sigterm, daemon-death, daemon-pause, restart-alone, control;
                                   main: all of these (main);
                                   planned: switchover, sigterm, restart-alone;
                                   roles: link-cut, one-way, split-brain, vrrp-cut, ipv6, vti, xfrm-interface, keepalived;
                                   all: main and roles;
                                   marathon: takeovers in a row, not part of all
        --takeovers N              how many, 1 to 100 (20)
        --guests                   each gateway and the peer in a guest kernel of its own; then --advert 1000 and
                                   --pps 200 unless they are given
        --keep                     leave the namespaces and daemons as they are at the end
        --report DIR               where the report goes (demo-report)
        --pollux DIR               runnable directory with bin/polluxd and bin/polluxctl
        --labflow FILE             the traffic tool
        --launcher FILE, --kernel FILE   the lab's, for --guests
      """;

  static Options parse(String[] args) {
    Builder b = new Builder();
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals("--keep")) {
        b.keep = true;
      } else if (args[i].equals("--guests")) {
        b.guests = true;
      } else if (i + 1 < args.length) {
        b.set(args[i], args[++i]);
      } else {
        throw new DemoFailure(args[i] + " wants a value, or is unknown\n" + USAGE);
      }
    }
    return b.build();
  }

  private static final class Builder {
    private String peer = "strongswan";
    private String hub = "pollux";
    private int tunnels = 1;
    private int packetsPerSecond;
    private int takeovers = 20;
    private int advertMillis;
    private String jump = "auto";
    private List<Scenario> scenarios = Scenario.with("main");
    private boolean keep;
    private boolean guests;
    private Path launcher;
    private Path kernel;
    private Path report = Path.of("demo-report");
    private Path work = Path.of("/run/pollux-demo");
    private Path labflow = Path.of("integration-tests/target/native/labflow");
    private Path pollux = Path.of("packaging/target/pollux");

    void set(String option, String value) {
      switch (option) {
        case "--peer" -> peer = oneOf(option, value, List.of("strongswan", "pollux", "manual"));
        case "--hub" -> hub = oneOf(option, value, List.of("pollux", "manual"));
        case "--tunnels" -> tunnels = number(option, value, 1, 200);
        case "--pps" -> packetsPerSecond = number(option, value, 1, 5000);
        case "--takeovers" -> takeovers = number(option, value, 1, 100);
        case "--advert" -> advertMillis = number(option, value, 10, 10000);
        case "--jump" -> jump = jump(value);
        case "--scenario" -> scenarios = Scenario.with(value);
        case "--report" -> report = Path.of(value).toAbsolutePath();
        case "--work" -> work = Path.of(value).toAbsolutePath();
        case "--labflow" -> labflow = Path.of(value).toAbsolutePath();
        case "--pollux" -> pollux = Path.of(value).toAbsolutePath();
        case "--launcher" -> launcher = Path.of(value).toAbsolutePath();
        case "--kernel" -> kernel = Path.of(value).toAbsolutePath();
        default -> throw new DemoFailure("unknown option " + option + "\n" + USAGE);
      }
    }

    Options build() {
      if (guests && (launcher == null || kernel == null)) {
        throw new DemoFailure("--guests wants --launcher and --kernel: start it by ./dev demo");
      }
      if (guests && (hub.equals("manual") || keep)) {
        throw new DemoFailure("--guests goes neither with --hub manual nor with --keep");
      }
      return new Options(
          peer,
          hub,
          tunnels,
          packetsPerSecond > 0 ? packetsPerSecond : guests ? 200 : 500,
          takeovers,
          advertMillis > 0 ? advertMillis : guests ? 1000 : 100,
          jump,
          scenarios,
          keep,
          report,
          work,
          labflow,
          pollux,
          guests,
          launcher,
          kernel);
    }
  }

  private static String oneOf(String option, String value, List<String> allowed) {
    if (!allowed.contains(value)) {
      throw new DemoFailure(
          option + " " + value + ": expected one of " + String.join(", ", allowed));
    }
    return value;
  }

  private static String jump(String value) {
    if (!value.matches("auto|rate|rekey|fixed [1-9][0-9]{0,9}")) {
      throw new DemoFailure("--jump " + value + ": expected auto, rate, rekey or \"fixed N\"");
    }
    return value;
  }

  private static int number(String option, String value, int min, int max) {
    OptionalInt n =
        value.matches("[0-9]{1,9}") ? OptionalInt.of(Integer.parseInt(value)) : OptionalInt.empty();
    if (n.isEmpty() || n.getAsInt() < min || n.getAsInt() > max) {
      throw new DemoFailure(
          option + " " + value + ": expected a number from " + min + " to " + max);
    }
    return n.getAsInt();
  }
}
