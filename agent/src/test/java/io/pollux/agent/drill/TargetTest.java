package io.pollux.agent.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class TargetTest {
  private static final List<Facts.Tunnel> TUNNELS =
      List.of(
          Samples.tunnel("site", "net", "10.2.0.0-10.2.255.255", 0),
          Samples.tunnel("site", "six", "2001:db8:2:0:0:0:0:0-2001:db8:2:0:ffff:ffff:ffff:ffff", 0),
          Samples.tunnel("one", "host", "192.0.2.77[6/443-443]", 0));

  private static List<List<String>> of(String... words) {
    return Target.of(List.of(words), TUNNELS).stream()
        .map(all -> all.stream().map(t -> t.tunnel() + " " + t.text()).toList())
        .toList();
  }

  @Test
  void addressesFindTheirTunnel() {
    assertThat(of("10.2.3.4", "10.2.3.4:80", "[2001:db8:2::1]:443", "2001:db8:2::1"))
        .containsExactly(
            List.of("site/net 10.2.3.4"),
            List.of("site/net 10.2.3.4:80"),
            List.of("site/six [2001:db8:2:0:0:0:0:1]:443"),
            List.of("site/six 2001:db8:2:0:0:0:0:1"));
  }

  @Test
  void tunnelsOfferAddresses() {
    assertThat(of("site/net"))
        .containsExactly(List.of("site/net 10.2.0.1", "site/net 10.2.255.254"));
    assertThat(of("site")).hasSize(2);
    assertThat(of()).hasSize(3).contains(List.of("one/host 192.0.2.77"));
  }

  @Test
  void whatLeadsNowhereIsRefused() {
    assertThatThrownBy(() -> of("10.3.0.1"))
        .hasMessage("10.3.0.1: no tunnel that is up leads there");
    assertThatThrownBy(() -> of("berlin"))
        .hasMessage("berlin: expected an address, ADDRESS:PORT, or a connection that is up");
    assertThatThrownBy(() -> of("10.2.0.1:99999")).hasMessageContaining("expected a port");
    assertThatThrownBy(() -> of("10.2.0.1;reboot")).hasMessageContaining("expected an address");
  }

  @Test
  void theShellIsGivenAddressesAndNumbers() {
    Settings settings =
        new Settings(
            List.of("ssh", "host"),
            Optional.of("10.1.0.9"),
            250,
            1000,
            OptionalLong.empty(),
            500,
            60,
            false,
            Path.of("/nowhere"));
    Target icmp = Target.of(List.of("10.2.3.4"), TUNNELS).getFirst().getFirst();
    assertThat(Prober.script(icmp, settings))
        .contains("exec ping -n -i 0.250 -W 1 -w 7200 -s 1000 -I 10.1.0.9 10.2.3.4\n");
    Target tcp = Target.of(List.of("10.2.3.4:80"), TUNNELS).getFirst().getFirst();
    assertThat(Prober.script(tcp, settings))
        .contains("nc -z -w 1 -s 10.1.0.9 10.2.3.4 80 ", "sleep 0.250", "-lt 28800 ");
  }
}
