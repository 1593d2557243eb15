package io.pollux.ike.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WireTest {
  @Test
  void whatIsWrittenIsRead() throws Malformed {
    WireWriter out = new WireWriter();
    out.u8(255).u16(65535).u32(0xffff_ffffL).u64(-2).i32(-3).octets(Octets.ofHex("0102"));
    WireReader in = WireReader.of(out.toOctets());
    assertThat(in.u8("a")).isEqualTo(255);
    assertThat(in.u16("b")).isEqualTo(65535);
    assertThat(in.u32("c")).isEqualTo(0xffff_ffffL);
    assertThat(in.u64("d")).isEqualTo(-2);
    assertThat(in.u32("e")).isEqualTo(0xffff_fffdL);
    assertThat(in.rest()).isEqualTo(Octets.ofHex("0102"));
    in.end("all");
  }

  @Test
  void everyReadBeyondTheEndIsMalformedAndNamesItsField() {
    WireReader in = WireReader.of(Octets.ofHex("00"));
    assertMalformed(() -> in.u16("Length"), "Length: 2 octets needed, 1 left");
    assertMalformed(() -> in.u32("SPI"), "SPI: 2 octets needed, 1 left");
    assertMalformed(() -> in.u64("SPI"), "SPI: 8 octets needed, 1 left");
    assertMalformed(() -> in.octets(2, "Data"), "Data: 2 octets needed, 1 left");
    assertMalformed(() -> in.octets(-1, "Data"), "Data: -1 octets needed, 1 left");
    assertMalformed(() -> in.sub(-4, "Proposal"), "Proposal: -4 octets needed, 1 left");
    assertMalformed(() -> in.end("Proposal"), "Proposal: 1 octets left over");
  }

  @Test
  void aSubReaderStopsAtItsOwnEnd() throws Malformed {
    WireReader in = WireReader.of(Octets.ofHex("010203"));
    WireReader sub = in.sub(2, "sub");
    assertThat(sub.position()).isZero();
    assertThat(sub.rest()).isEqualTo(Octets.ofHex("0102"));
    assertMalformed(() -> sub.u8("x"), "x: 1 octets needed, 0 left");
    assertThat(in.position()).isEqualTo(2);
    assertThat(in.u8("y")).isEqualTo(3);
  }

  @Test
  void whatDoesNotFitIsOurOwnMistake() {
    WireWriter out = new WireWriter();
    assertThatThrownBy(() -> out.u8(256)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> out.u8(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> out.u16(65536)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> out.patchU16(0, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void malformedHasNoStackTrace() {
    assertThat(Malformed.syntax("f", "p").getStackTrace()).isEmpty();
    assertThat(Malformed.drop("f", "p").answer()).isEqualTo(Malformed.DROP);
  }

  private static void assertMalformed(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(Malformed.class).hasMessage(message);
  }

  @Test
  void aWriterForSecretsWritesTheSameAndForgets() {
    byte[] octets = new byte[3000];
    java.util.Arrays.fill(octets, (byte) 7);
    WireWriter out = WireWriter.forSecrets();
    for (byte one : octets) {
      out.u8(one); // through several buffers
    }
    assertThat(out.toArray()).isEqualTo(octets);
    out.wipe();
    assertThat(out.toArray()).isEmpty();
    out.zeros(1);
    assertThat(out.toArray()).containsExactly(0);
  }
}
