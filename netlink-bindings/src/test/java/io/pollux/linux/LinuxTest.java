package io.pollux.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** What needs neither a namespace nor a privilege. */
class LinuxTest {
  private static final byte[] MAC = {2, 0, 0, 0, 0, 1};

  @Test
  void aGratuitousArpRequest() {
    ByteBuffer frame = Announcement.of(MAC, InetAddress.ofLiteral("192.0.2.1"), true);
    assertThat(hex(frame))
        .isEqualTo(
            "ffffffffffff"
                + "020000000001"
                + "0806"
                + "0001"
                + "0800"
                + "06"
                + "04"
                + "0001"
                + "020000000001"
                + "c0000201"
                + "000000000000"
                + "c0000201"
                + "00".repeat(18));
  }

  /** The checksum was computed by hand: RFC 4443 section 2.3. */
  @Test
  void anUnsolicitedAdvertisement() {
    ByteBuffer frame = Announcement.of(MAC, InetAddress.ofLiteral("2001:db8::1"), false);
    assertThat(hex(frame))
        .startsWith("333300000001" + "020000000001" + "86dd" + "60000000" + "0020" + "3a" + "ff")
        .endsWith("20000000" + "20010db8000000000000000000000001" + "0201" + "020000000001");
    long sum = 0x20 + 0x3a;
    for (int at = 14 + 8; at < frame.limit(); at += 2) {
      sum += Short.toUnsignedInt(frame.getShort(at));
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    assertThat(sum).as("sum with the checksum in its place").isEqualTo(0xffff);
  }

  @Test
  void aHardwareAddressHasSixOctets() {
    assertThatThrownBy(() -> Announcement.of(new byte[8], InetAddress.ofLiteral("::1"), false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void memoryGrowsWithItsWritesAndGivesBackWhatIsPunched() throws IOException {
    long far = 1L << 40;
    try (Memfd memory = Memfd.create("pollux-test", 0);
        FileChannel channel = memory.channel()) {
      channel.write(ByteBuffer.wrap(new byte[] {7}), far);
      ByteBuffer read = ByteBuffer.allocate(1);
      assertThat(channel.read(read, far)).isEqualTo(1);
      assertThat(read.get(0)).isEqualTo((byte) 7);
      memory.punch(far - 4096, 8192);
      assertThat(channel.read(read.clear(), far)).isEqualTo(1);
      assertThat(read.get(0)).isZero();
      assertThat(channel.size()).isEqualTo(far + 1);
    }
  }

  @Test
  void memoryBehindADescriptorIsShared() {
    try (Memfd memory = Memfd.create("pollux-test", 4096);
        Memfd same = Memfd.inherited(memory.number())) {
      MappedByteBuffer one = memory.map(0, 4096);
      MappedByteBuffer two = same.map(0, 4096);
      assertThat(two.getLong(8)).isZero();
      one.putLong(8, 0x1122334455667788L);
      assertThat(two.getLong(8)).isEqualTo(0x1122334455667788L);
    }
  }

  @Test
  void aFailedCallSaysWhich() {
    assertThatThrownBy(() -> Interfaces.index("no-such-device"))
        .isInstanceOfSatisfying(
            SystemCallException.class, e -> assertThat(e.is(Errno.ENODEV)).isTrue())
        .hasMessage("if_nametoindex no-such-device: ENODEV (No such device)");
    assertThatThrownBy(() -> Fd.socket("nothing", 255, LinuxAbi.SOCK_RAW, 0))
        .hasMessageStartingWith("socket nothing: E");
  }

  @Test
  void closingTwiceIsNoError() {
    WakeUp wakeUp = new WakeUp();
    wakeUp.signal();
    wakeUp.signal();
    assertThat(new Poller().await(wakeUp.fd(), null, 0)).isEqualTo(Ready.INPUT);
    wakeUp.drain();
    assertThat(new Poller().await(wakeUp.fd(), null, 0)).isEqualTo(Ready.TIMEOUT);
    wakeUp.close();
    wakeUp.close();
    wakeUp.signal();
    assertThatThrownBy(wakeUp::fd).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aThreadHasANumber() throws Exception {
    int here = LinuxThread.id();
    assertThat(here).isPositive();
    int[] there = new int[1];
    Thread other = Thread.ofPlatform().start(() -> there[0] = LinuxThread.id());
    other.join();
    assertThat(there[0]).isPositive().isNotEqualTo(here);
    assertThat(LinuxThread.isRealTime()).isFalse();
  }

  /** JNR hands a buffer's octets from its position on: the send of a slice relies on it. */
  @Test
  void aBufferIsTakenFromItsPosition() {
    try (WakeUp wakeUp = new WakeUp()) {
      ByteBuffer data = SocketAddresses.direct(16).putLong(0, 99).putLong(8, 5).position(8);
      assertThat(LibC.C.write(wakeUp.fd(), data, 8)).isEqualTo(8);
      ByteBuffer read = SocketAddresses.direct(8);
      assertThat(LibC.C.read(wakeUp.fd(), read, 8)).isEqualTo(8);
      assertThat(read.getLong(0)).isEqualTo(5);
    }
  }

  private static String hex(ByteBuffer frame) {
    byte[] octets = new byte[frame.remaining()];
    frame.get(frame.position(), octets);
    return HexFormat.of().formatHex(octets);
  }
}
