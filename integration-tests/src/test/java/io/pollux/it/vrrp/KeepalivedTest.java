package io.pollux.it.vrrp;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.it.lab.LabTest;
import io.pollux.it.lab.Waits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One Virtual Router of polluxd and a real keepalived (RFC 9568): each in its turn Active and
 * Backup. The Pollux node has no partner. Verdicts come from the segment's capture.
 */
@LabTest
class KeepalivedTest {
  private static final String P = Lan.mac(11);
  private static final String K = Lan.mac(12);
  private static final long INTERVAL_NS = 1_000_000_000L;

  @TempDir Path dir;

  @Test
  void ipv4Multicast() {
    together(List.of(new Router("v4", 51, false, Lan.VIP4)), "");
  }

  @Test
  void ipv4AndIpv6Multicast() {
    together(
        List.of(new Router("v4", 51, false, Lan.VIP4), new Router("v6", 61, false, Lan.VIP6)), "");
  }

  @Test
  void ipv4AndIpv6Unicast() {
    together(
        List.of(new Router("v4", 51, true, Lan.VIP4), new Router("v6", 61, true, Lan.VIP6)), "");
  }

  /** A Virtual Router in the words of both daemons. */
  private record Router(String name, int vrid, boolean unicast, String vip) {
    boolean v6() {
      return vip.contains(":");
    }

    private String address(int number) {
      return v6() ? Lan.linkLocal(number) : "192.0.2." + number;
    }

    private String bits() {
      return v6() ? "/128" : "/32";
    }

    String pollux() {
      return "%s { interface = lan0, vrid = %d, source = \"%s\", peer = \"%s\", unicast = %b, addresses = [\"%s\"] }\n"
          .formatted(name, vrid, address(11), address(12), unicast, vip + bits());
    }

    String keepalived(int priority, String more) {
      return """
          vrrp_instance %s {
            state BACKUP
            interface lan0
            virtual_router_id %d
            priority %d
            advert_int 1
            %s
            %s
            virtual_ipaddress {
              %s
            }
          }
          """
          .formatted(
              name,
              vrid,
              priority,
              unicast
                  ? "unicast_src_ip %s\nunicast_peer { %s\n }".formatted(address(12), address(11))
                  : "",
              more,
              vip + bits());
    }
  }

  private static String keepalived(List<Router> routers, int priority, String more) {
    StringBuilder text = new StringBuilder();
    routers.forEach(r -> text.append(r.keepalived(priority, more)));
    if (routers.size() > 1) {
      text.append("vrrp_sync_group all {\n group {\n");
      routers.forEach(r -> text.append(r.name).append('\n'));
      text.append("}\n}\n");
    }
    return text.toString();
  }

  private void together(List<Router> routers, String more) {
    try (Lan lan = Lan.of("pa", "ka");
        Polluxd pollux = new Polluxd(lan.namespaces(), "pa", dir.resolve("pa"));
        Wiretap tap = Wiretap.start(lan.namespaces(), Lan.SEGMENT, dir.resolve("lan.pcap"))) {
      StringBuilder instances = new StringBuilder();
      routers.forEach(r -> instances.append(r.pollux()));
      String own = pollux.identity();
      pollux.configure(
          """
          ha {
            link { local = 198.51.100.11, peer = 198.51.100.99, identity = "%s", peer-fingerprint = "%s" }
            vrrp { priority = 150, advert-interval = 1s, preempt = false, instances { %s } }
            %s
          }
          """
              .formatted(
                  pollux.dir().resolve("node.pem"), "sha256:" + "0".repeat(64), instances, more));
      assertThat(own).startsWith("sha256:");
      run(lan, pollux, tap, routers);
    }
  }

  private void run(Lan lan, Polluxd pollux, Wiretap tap, List<Router> routers) {
    int mark = tap.mark();
    List<Advert> theirs;
    try (Keepalived keepalived =
        Keepalived.start(lan.namespaces(), "ka", dir.resolve("ka"), keepalived(routers, 100, ""))) {
      theirs = tap.awaitAdverts(K, mark, routers.size());
      pollux.start();
      // Backup to a lower priority, Preempt_Mode off.
      tap.awaitAdverts(K, tap.mark(), 5 * routers.size());
      assertThat(tap.announcers(mark)).containsExactly(K);
      assertThat(pollux.role()).isEqualTo("standby");
      routers.forEach(r -> assertThat(pollux.gateClosed(r.vip)).as(r.vip).isTrue());

      // It dies.
      mark = tap.mark();
      keepalived.kill();
    }
    lan.namespaces()
        .run("ka", "ip", "addr", "flush", "dev", "lan0", "to", Lan.VIP4 + "/32")
        .orFail();
    lan.namespaces().run("ka", "ip", "addr", "del", Lan.VIP6 + "/128", "dev", "lan0");
    List<Advert> ours = tap.awaitAdverts(P, mark, routers.size());
    sameButSender(routers, theirs, ours);
    active(pollux, tap, routers, mark);

    // It comes back with a lower priority, and listens.
    mark = tap.mark();
    try (Keepalived _ =
        Keepalived.start(lan.namespaces(), "ka", dir.resolve("ka"), keepalived(routers, 100, ""))) {
      tap.awaitAdverts(P, mark, 6 * routers.size());
      assertThat(tap.announcers(mark)).containsExactly(P);
    }

    // With a higher one it preempts, after its delay; its end is a goodbye.
    mark = tap.mark();
    try (Keepalived keepalived =
        Keepalived.start(
            lan.namespaces(),
            "ka",
            dir.resolve("ka"),
            keepalived(routers, 200, "preempt_delay 3"))) {
      tap.awaitAdverts(K, mark, routers.size());
      pollux.awaitRole("standby");
      assertThat(pollux.log()).contains("two active nodes met and the other one wins");
      routers.forEach(r -> assertThat(pollux.gateClosed(r.vip)).as(r.vip).isTrue());
      routers.forEach(r -> assertThat(pollux.holds(r.vip)).as(r.vip).isFalse());
      int quiet = tap.mark();
      tap.awaitAdverts(K, quiet, 4 * routers.size());
      assertThat(tap.announcers(quiet)).containsExactly(K);
      mark = tap.mark();
      keepalived.stop();
      Advert goodbye = tap.awaitGoodbye(K, mark);
      Advert first = tap.awaitAdverts(P, mark, 1).getFirst();
      assertThat(first.timeNs() - goodbye.timeNs()).isLessThan(3 * INTERVAL_NS);
    }
    active(pollux, tap, routers, mark);

    // Pollux says goodbye, and keepalived does not wait for silence.
    mark = tap.mark();
    try (Keepalived _ =
        Keepalived.start(lan.namespaces(), "ka", dir.resolve("ka"), keepalived(routers, 100, ""))) {
      tap.awaitAdverts(P, tap.mark(), 2 * routers.size());
      pollux.stop();
      Advert goodbye = tap.awaitGoodbye(P, mark);
      Advert first = tap.awaitAdverts(K, mark, routers.size()).getFirst();
      assertThat(first.timeNs() - goodbye.timeNs()).isLessThan(2 * INTERVAL_NS);
      assertThat(goodbye.checksum()).isTrue();
    }
  }

  private static void sameButSender(List<Router> routers, List<Advert> theirs, List<Advert> ours) {
    for (Router router : routers) {
      Advert their = of(router, theirs);
      Advert our = of(router, ours);
      if (router.unicast) {
        assertThat(our.common().subList(1, 3)).isEqualTo(their.common().subList(1, 3));
        assertThat(our.common().subList(4, 10)).isEqualTo(their.common().subList(4, 10));
        assertThat(our.destination()).isEqualTo(their.source());
        assertThat(our.source()).isEqualTo(their.destination());
      } else {
        assertThat(our.common()).isEqualTo(their.common());
      }
      assertThat(our.checksum()).isTrue();
      assertThat(our.priority()).isEqualTo(150);
    }
  }

  private static Advert of(Router router, List<Advert> adverts) {
    return adverts.stream().filter(a -> a.vrid() == router.vrid).findFirst().orElseThrow();
  }

  private static void active(Polluxd pollux, Wiretap tap, List<Router> routers, int mark) {
    pollux.awaitRole("active");
    for (Router router : routers) {
      assertThat(pollux.holds(router.vip)).as(router.vip).isTrue();
      assertThat(pollux.gateClosed(router.vip)).as(router.vip).isFalse();
      Waits.until(
          () -> tap.claims(router.vip, mark).stream().filter(P::equals).count() >= 3,
          Duration.ofSeconds(30),
          "a burst for " + router.vip);
    }
  }
}
