package io.pollux.ha.vrrp;

import static io.pollux.ha.vrrp.VrrpAdvertTest.ip;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ike.wire.Octets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnnouncementTest {
  private static final Octets MAC = Octets.ofHex("020000000001");

  @Test
  void section6_4_2_gratuitousArpIsABroadcastRequestForItself() {
    assertThat(new Announcement("eth0", ip("192.0.2.100")).frame(MAC).toHex())
        .isEqualTo(
            "ffffffffffff020000000001080600010800060400010200000000"
                + "01c0000264020000000001c0000264");
  }

  @Test
  void section6_4_2_neighborAdvertisementHasRouterAndOverrideSet() {
    Octets frame = new Announcement("eth0", ip("2001:db8::100")).frame(MAC);
    assertThat(frame.toHex())
        .startsWith("33330000000102000000000186dd60000000" + "0020" + "3aff")
        .contains("a0000000" + "20010db8000000000000000000000100" + "0201" + "020000000001");
    byte[] all = frame.toArray();
    byte[] summed = new byte[40 + 32];
    System.arraycopy(all, 22, summed, 0, 32); // addresses
    summed[35] = 32;
    summed[39] = 58;
    System.arraycopy(all, 54, summed, 40, 32);
    assertThat(VrrpAdvertTest.naive(summed)).isZero();
  }

  @Test
  void aBurstGoesRoundAndRound() {
    List<Vip> vips =
        List.of(Vip.host("eth0", ip("192.0.2.100")), Vip.host("eth1", ip("192.0.2.101")));
    assertThat(AnnouncePolicy.round(vips, 2))
        .extracting(Announcement::interfaceName)
        .containsExactly("eth0", "eth1", "eth0", "eth1");
  }

  @Test
  void configurationsThatCannotWorkAreRefused() {
    Vip vip = Vip.host("eth0", ip("192.0.2.100"));
    VrrpGroupConfig.Instance one = instance("a", vip, Optional.empty());
    VrrpGroupConfig.Instance two = instance("b", vip, Optional.empty());
    assertThatThrownBy(() -> config(100, 100_000_000L, List.of(one, two)))
        .hasMessageContaining("peer's primary address");
    assertThatThrownBy(() -> config(255, 100_000_000L, List.of(one))).hasMessageContaining("255");
    assertThatThrownBy(() -> config(100, 15_000_000L, List.of(one))).hasMessageContaining("ns");
    assertThatThrownBy(() -> config(100, 41_000_000_000L, List.of(one))).hasMessageContaining("ns");
    assertThatThrownBy(() -> instance("c", Vip.host("eth0", ip("::1")), Optional.empty()))
        .hasMessageContaining("other family");
    assertThat(config(100, 10_000_000L, List.of(one)).centiseconds()).isEqualTo(1);
  }

  private static VrrpGroupConfig config(
      int priority, long intervalNs, List<VrrpGroupConfig.Instance> instances) {
    return new VrrpGroupConfig(priority, intervalNs, false, 0, List.of(), instances);
  }

  private static VrrpGroupConfig.Instance instance(
      String name, Vip vip, Optional<java.net.InetAddress> peer) {
    return new VrrpGroupConfig.Instance(
        name,
        "eth0",
        51,
        ip("192.0.2.1"),
        List.of(),
        peer,
        List.of(vip),
        VrrpChecksum.PSEUDO_HEADER);
  }
}
