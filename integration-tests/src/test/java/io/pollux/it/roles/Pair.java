package io.pollux.it.roles;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.Waits;
import io.pollux.it.vrrp.Lan;
import io.pollux.it.vrrp.Polluxd;
import io.pollux.it.vrrp.Wiretap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Two polluxd, {@code pa} (192.0.2.11) and {@code pb} (192.0.2.12), that share an IPv4 and an IPv6
 * address. Equal priorities: pb has the higher address, hence the better claim.
 */
final class Pair implements AutoCloseable {
  static final String A = Lan.mac(11);
  static final String B = Lan.mac(12);
  private static final Duration GENEROUS = Duration.ofSeconds(90);

  final Lan lan = Lan.of("pa", "pb");
  final Polluxd a;
  final Polluxd b;
  final Wiretap tap;

  /**
   * Configures both; nothing runs yet.
   *
   * @param vrrp more keys for the section vrrp
   * @param more more keys for the section ha
   */
  Pair(Path dir, String vrrp, String more) {
    this(
        dir,
        """
        vrrp {
          priority = 100, advert-interval = 1s
          instances {
            v4 { interface = lan0, vrid = 51, source = 192.0.2.%%1$d, peer = 192.0.2.%%2$d, addresses = [192.0.2.100/32] }
            v6 { interface = lan0, vrid = 61, source = "fe80::ff:fe00:%%1$x", peer = "fe80::ff:fe00:%%2$x", addresses = ["2001:db8::100/128"] }
          }
          %s
        }
        %s
        """
            .formatted(vrrp, more));
  }

  /**
   * As the other one.
   *
   * @param section a format of what stands in the section ha beside the link: own number, the
   *     other's
   */
  Pair(Path dir, String section) {
    a = new Polluxd(lan.namespaces(), "pa", dir.resolve("pa"));
    b = new Polluxd(lan.namespaces(), "pb", dir.resolve("pb"));
    String ofA = a.identity();
    String ofB = b.identity();
    a.configure(ha(a, 11, 12, ofB, section));
    b.configure(ha(b, 12, 11, ofA, section));
    tap = Wiretap.start(lan.namespaces(), Lan.SEGMENT, dir.resolve("lan.pcap"));
  }

  private static String ha(Polluxd node, int own, int other, String fingerprint, String section) {
    return """
        ha {
          link { local = 198.51.100.%1$d, peer = 198.51.100.%2$d, identity = "%3$s", peer-fingerprint = "%4$s" }
        """
            .formatted(own, other, node.dir().resolve("node.pem"), fingerprint)
        + section.formatted(own, other)
        + "\n}\n";
  }

  /** Starts both, one active, the other its standby in sync. */
  void start() {
    a.start();
    awaitActive(a);
    b.start();
    awaitPaired(a, b);
  }

  void awaitPaired(Polluxd active, Polluxd standby) {
    await(
        () -> active.status("state").equals("paired") && standby.status("state").equals("in-sync"),
        "a pair");
  }

  /** Waits, and when that is in vain shows both logs. */
  void await(BooleanSupplier condition, String what) {
    Polluxd.await(condition, what, a, b);
  }

  /** Waits until this node is the active one. */
  void awaitActive(Polluxd node) {
    await(() -> node.role().equals("active"), "the takeover");
  }

  /** Who advertises, over so many advertisements of the pair's; those of both families count. */
  void onlyAnnounces(String mac, int adverts) {
    int mark = tap.mark();
    tap.awaitAdverts(mac, mark, adverts);
    assertThat(tap.announcers(mark)).as("who advertises").containsExactly(mac);
  }

  /** Waits until nobody but one has advertised for so many advertisements in a row. */
  void awaitOnly(String mac, int adverts) {
    await(
        () -> {
          var all = tap.adverts(0);
          return all.size() > adverts
              && all.subList(all.size() - adverts, all.size()).stream()
                  .allMatch(advert -> advert.from(mac));
        },
        "nobody but " + mac + " advertises");
  }

  /** The host reaches both addresses, and one node alone answers. */
  void answers(String mac) {
    int mark = tap.mark();
    lan.namespaces()
        .run(
            "host",
            "sh",
            "-c",
            "ping -c 2 -i 0.3 -w 10 " + Lan.VIP4 + " && ping -c 2 -i 0.3 -w 10 " + Lan.VIP6)
        .orFail();
    assertThat(tap.sendersFrom(Lan.VIP4, mark)).containsExactly(mac);
    assertThat(tap.sendersFrom(Lan.VIP6, mark)).containsExactly(mac);
  }

  /** Its kernel cannot send from the addresses and does not have them. */
  void silenced(Polluxd node) {
    for (String vip : new String[] {Lan.VIP4, Lan.VIP6}) {
      Waits.until(() -> node.gateClosed(vip) && !node.holds(vip), GENEROUS, vip + " is silenced");
    }
  }

  /** The two segments are cut or whole for what goes towards these nodes; carriers stay. */
  void cut(String segment, boolean cut, String... towards) {
    for (String node : towards) {
      lan.lossTowards(segment, node, cut ? 100 : 0);
    }
  }

  /** Power: plugs out at both segments, then all processes end. */
  void powerLoss(Polluxd node, String name) {
    lan.plugged(Lan.SEGMENT, name, false);
    lan.plugged(Lan.LINK, name, false);
    node.kill();
    // A machine without power has neither addresses nor rules.
    lan.namespaces()
        .run(
            name,
            "sh",
            "-c",
            "ip addr del "
                + Lan.VIP4
                + "/32 dev lan0; ip addr del "
                + Lan.VIP6
                + "/128 dev lan0; true");
  }

  /** The plugs are back; starting it is the caller's. */
  void powerBack(String name) {
    lan.plugged(Lan.SEGMENT, name, true);
    lan.plugged(Lan.LINK, name, true);
  }

  @Override
  public void close() {
    a.close();
    b.close();
    tap.close();
    lan.close();
  }
}
