package io.pollux.ha.vrrp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pollux.ha.vrrp.VrrpRefused.Reason;
import io.pollux.ike.wire.Octets;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VrrpAdvertTest {
  private static final InetAddress GROUP4 = ip("224.0.0.18");
  private static final InetAddress GROUP6 = ip("ff02::12");

  /** keepalived 2.2.7, vrrp_version 3, captured with tcpdump in two network namespaces. */
  @Test
  void keepalivedMulticastIpv4IsReadAndWrittenTheSame() throws VrrpRefused {
    golden(
        "31339602000a1161c0000264c0000265",
        ip("192.0.2.1"),
        GROUP4,
        new VrrpAdvert(51, 150, 10, List.of(ip("192.0.2.100"), ip("192.0.2.101"))));
  }

  @Test
  void keepalivedUnicastIpv4IsReadAndWrittenTheSame() throws VrrpRefused {
    golden(
        "3134c8010064bf7ec0000266",
        ip("192.0.2.1"),
        ip("192.0.2.2"),
        new VrrpAdvert(52, 200, 100, List.of(ip("192.0.2.102"))));
  }

  @Test
  void keepalivedGoodbyeIsReadAndWrittenTheSame() throws VrrpRefused {
    golden(
        "31330002000aa761c0000264c0000265",
        ip("192.0.2.1"),
        GROUP4,
        new VrrpAdvert(51, 0, 10, List.of(ip("192.0.2.100"), ip("192.0.2.101"))));
  }

  @Test
  void keepalivedMulticastIpv6IsReadAndWrittenTheSame() throws VrrpRefused {
    golden(
        "313d780200191af4fe80000000000000000000000005000120010db8000000000000000000000100",
        ip("fe80::dccb:48ff:feb8:ebc0"),
        GROUP6,
        new VrrpAdvert(61, 120, 25, List.of(ip("fe80::5:1"), ip("2001:db8::100"))));
  }

  private static void golden(
      String hex, InetAddress source, InetAddress destination, VrrpAdvert advert)
      throws VrrpRefused {
    Octets octets = Octets.ofHex(hex);
    assertThat(VrrpAdvert.read(octets, source, List.of(destination))).isEqualTo(advert);
    assertThat(advert.write(source, destination, VrrpChecksum.PSEUDO_HEADER)).isEqualTo(octets);
  }

  @Test
  void section5_2_8_ipv4ChecksumCoversTheMessageAlone() throws VrrpRefused {
    VrrpAdvert advert = new VrrpAdvert(51, 150, 10, List.of(ip("192.0.2.100")));
    Octets octets = advert.write(ip("192.0.2.1"), GROUP4, VrrpChecksum.MESSAGE);
    assertThat(naive(octets.toArray())).isZero();
    assertThat(VrrpAdvert.read(octets, ip("192.0.2.1"), List.of(GROUP4))).isEqualTo(advert);
  }

  @Test
  void section5_2_8_ipv6ChecksumIncludesThePseudoHeader() {
    InetAddress source = ip("fe80::1");
    VrrpAdvert advert = new VrrpAdvert(9, 100, 100, List.of(ip("fe80::5"), ip("2001:db8::5")));
    for (VrrpChecksum style : VrrpChecksum.values()) {
      Octets octets = advert.write(source, GROUP6, style);
      Octets pseudo =
          Octets.concat(
              Octets.of(source.getAddress()),
              Octets.of(GROUP6.getAddress()),
              Octets.of(new byte[] {0, 0, 0, (byte) octets.length(), 0, 0, 0, 112}),
              octets);
      assertThat(naive(pseudo.toArray())).isZero();
    }
  }

  @Test
  void randomAdvertisementsSurviveARoundTripAndTheirChecksumsAddUpToZero() throws VrrpRefused {
    Random random = new Random(42);
    for (int i = 0; i < 500; i++) {
      boolean six = random.nextBoolean();
      InetAddress source = random(random, six);
      List<InetAddress> addresses = new ArrayList<>();
      for (int n = random.nextInt(5); n >= 0; n--) {
        addresses.add(random(random, six));
      }
      VrrpAdvert advert =
          new VrrpAdvert(
              1 + random.nextInt(255), random.nextInt(256), 1 + random.nextInt(4095), addresses);
      InetAddress to = six ? GROUP6 : GROUP4;
      for (VrrpChecksum style : VrrpChecksum.values()) {
        Octets octets = advert.write(source, to, style);
        assertThat(VrrpAdvert.read(octets, source, List.of(to))).isEqualTo(advert);
        if (!six && style == VrrpChecksum.MESSAGE) {
          assertThat(naive(octets.toArray())).isZero();
        }
      }
    }
  }

  @Test
  void section7_1_everyTruncationAndEveryFlippedBitIsRefused() {
    Octets good = Octets.ofHex("31339602000a1161c0000264c0000265");
    for (int length = 0; length < good.length(); length++) {
      refused(good.slice(0, length), Reason.LENGTH);
    }
    for (int bit = 0; bit < good.length() * 8; bit++) {
      byte[] flipped = good.toArray();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(
              () -> VrrpAdvert.read(Octets.of(flipped), ip("192.0.2.1"), List.of(GROUP4)))
          .isInstanceOf(VrrpRefused.class);
    }
  }

  @Test
  void section5_2_eachFieldHasItsOwnRefusal() {
    refused(Octets.ofHex("21339602000a1161c0000264c0000265"), Reason.VERSION);
    refused(Octets.ofHex("32339602000a1161c0000264c0000265"), Reason.TYPE);
    refused(Octets.ofHex("31339600000a1161c0000264c0000265"), Reason.COUNT);
    refused(Octets.ofHex("31339603000a1161c0000264c0000265"), Reason.LENGTH);
    refused(Octets.ofHex("31339602000a1162c0000264c0000265"), Reason.CHECKSUM);
    refused(sealed("313396010000" + "0000" + "c0000264"), Reason.INTERVAL);
    refused(sealed("310096010001" + "0000" + "c0000264"), Reason.VRID);
  }

  @Test
  void section5_2_6_reserveIsIgnoredOnReception() throws VrrpRefused {
    VrrpAdvert advert =
        VrrpAdvert.read(
            sealed("31339601f00a" + "0000" + "c0000264"), ip("192.0.2.1"), List.of(GROUP4));
    assertThat(advert.maxAdvertiseInterval()).isEqualTo(10);
  }

  @Test
  void randomOctetsAreRefusedOrReadNeverAnythingElse() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] octets = new byte[random.nextInt(60)];
      random.nextBytes(octets);
      if (octets.length > 0) {
        octets[0] = 0x31;
      }
      try {
        VrrpAdvert.read(Octets.of(octets), ip("192.0.2.1"), List.of(GROUP4));
      } catch (VrrpRefused e) {
        assertThat(e.reason()).isNotNull();
      }
    }
  }

  private static void refused(Octets octets, Reason reason) {
    assertThatThrownBy(() -> VrrpAdvert.read(octets, ip("192.0.2.1"), List.of(GROUP4)))
        .isInstanceOfSatisfying(VrrpRefused.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  /** With the right checksum over the message. */
  private static Octets sealed(String hex) {
    byte[] octets = Octets.ofHex(hex).toArray();
    int sum = naive(octets);
    octets[6] = (byte) (sum >> 8);
    octets[7] = (byte) sum;
    return Octets.of(octets);
  }

  /** RFC 1071 by the book: add 16-bit words, carry by carry. */
  static int naive(byte[] octets) {
    int sum = 0;
    for (int i = 0; i < octets.length; i += 2) {
      sum += ((octets[i] & 0xff) << 8) + (i + 1 < octets.length ? octets[i + 1] & 0xff : 0);
      if (sum > 0xffff) {
        sum = sum - 0x10000 + 1;
      }
    }
    return 0xffff - sum;
  }

  private static InetAddress random(Random random, boolean six) {
    byte[] octets = new byte[six ? 16 : 4];
    random.nextBytes(octets);
    octets[0] = six ? (byte) 0x20 : 10;
    try {
      return InetAddress.getByAddress(octets);
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  static InetAddress ip(String address) {
    return InetAddress.ofLiteral(address);
  }
}
