package io.pollux.it.demo;

import java.nio.file.Path;
import java.util.Map;

/**
 * A pair without daemons, for trying the demo itself: manually keyed SAs in both kernels, the
 * standby's numbers ahead by a fixed jump, and the takeover done by this class right after the
 * blow.
 */
final class ManualHub implements Hub {
  private final int tunnels;
  private final long jump;
  private Gateway active = Gateway.A;
  private long reached;
  private Gateway lost;

  ManualHub(int tunnels, long jump) {
    this.tunnels = tunnels;
    this.jump = jump;
  }

  @Override
  public void start() {
    Shell.script(ManualKeys.gatewayScript(Gateway.A, tunnels, 0));
    standby(Gateway.B);
    Shell.script(addresses(Gateway.A));
  }

  private void standby(Gateway gw) {
    reached += jump;
    Shell.script(
        "ip -n "
            + gw.name()
            + " rule add pref 10 from "
            + Gateway.OUTSIDE_VIP
            + " blackhole\n"
            + ManualKeys.gatewayScript(gw, tunnels, reached));
  }

  private static String addresses(Gateway gw) {
    return "ip -n "
        + gw.name()
        + " -batch - <<'EOF'\n"
        + "addr add "
        + Gateway.INSIDE_VIP
        + "/32 dev lan0\n"
        + "addr add "
        + Gateway.OUTSIDE_VIP
        + "/32 dev wan0\nEOF\n"
        + "ip -n "
        + Topology.LAN_HUB
        + " neigh replace "
        + Gateway.INSIDE_VIP
        + " lladdr "
        + gw.lanMac()
        + " dev eth0\n"
        + "ip -n "
        + Topology.BRANCH
        + " neigh replace "
        + Gateway.OUTSIDE_VIP
        + " lladdr "
        + gw.wanMac()
        + " dev wan0\n";
  }

  @Override
  public Gateway active() {
    return active;
  }

  @Override
  public void awaitReady() {
    // Ready as soon as it stands.
  }

  @Override
  public void restart(Gateway gw) {
    if (gw == lost) {
      standby(gw);
      lost = null;
    }
  }

  @Override
  public void switchOver() {
    throw onlyPollux();
  }

  @Override
  public void stop(Gateway gw) {
    throw onlyPollux();
  }

  @Override
  public void awaitNextReign(Gateway gw) {
    throw onlyPollux();
  }

  @Override
  public void awaitAlone() {
    throw onlyPollux();
  }

  private static DemoFailure onlyPollux() {
    return new DemoFailure("this scenario needs a daemon at the hub (--hub pollux)");
  }

  @Override
  public void afterStrike(Gateway victim) {
    lost = victim;
    active = victim.other();
    Shell.script("ip -n " + active.name() + " rule del pref 10\n" + addresses(active));
  }

  @Override
  public void freezeSync() {
    // Nothing is synced here; the jump of 0 is what makes the difference.
  }

  @Override
  public Map<String, String> figures() {
    return Map.of("jumpPackets", Long.toString(jump));
  }

  @Override
  public void saveHistory(Path file) {
    // It has none.
  }

  @Override
  public Map<String, Path> logs() {
    return Map.of();
  }

  @Override
  public void stop() {
    // Dies with its namespaces.
  }
}
