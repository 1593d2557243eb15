package io.pollux.agent.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedGuardPageTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void aPageAsTheGuardMakesIt() throws IOException {
    file = directory.resolve("page");
    ByteBuffer page =
        ByteBuffer.allocate(PageLayout.SIZE_VALUE)
            .order(ByteOrder.nativeOrder())
            .putInt(PageLayout.MAGIC, PageLayout.MAGIC_VALUE)
            .putInt(PageLayout.VERSION, PageLayout.VERSION_VALUE)
            .putInt(PageLayout.SIZE, PageLayout.SIZE_VALUE);
    Files.write(file, page.array());
  }

  private ByteBuffer octets() throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
  }

  @Test
  void writesLeaseArmAndThread() throws IOException {
    GuardPage page = SharedGuardPage.map(file);
    page.renew(123456789012L);
    page.renew(223456789012L);
    page.arm(true);
    page.setRoleTid(77);
    assertThat(octets().getLong(PageLayout.LEASE_DEADLINE_NS)).isEqualTo(223456789012L);
    assertThat(octets().getInt(PageLayout.HEARTBEAT)).isEqualTo(2);
    assertThat(octets().getInt(PageLayout.ARMED)).isEqualTo(1);
    assertThat(octets().getInt(PageLayout.ROLE_TID)).isEqualTo(77);
    page.arm(false);
    assertThat(octets().getInt(PageLayout.ARMED)).isZero();
    assertThat(page.present()).isTrue();
  }

  @Test
  void noticesAreWholeAndCutBetweenCharacters() throws IOException {
    GuardPage page = SharedGuardPage.map(file);
    page.notice("standby (in sync)");
    assertThat(octets().getInt(PageLayout.NOTICE)).isEqualTo(2);
    assertThat(status()).isEqualTo("standby (in sync)");
    page.notice("active");
    assertThat(octets().getInt(PageLayout.NOTICE)).isEqualTo(4);
    assertThat(status()).isEqualTo("active");
    page.notice("x".repeat(42) + "ä");
    assertThat(status()).isEqualTo("x".repeat(42));
    page.beat();
    page.beat();
    assertThat(octets().getInt(PageLayout.PULSE)).isEqualTo(2);
    assertThat(octets().getInt(PageLayout.MESSAGES)).isZero();
  }

  private String status() throws IOException {
    byte[] text = new byte[PageLayout.STATUS_SIZE];
    octets().get(PageLayout.STATUS, text);
    return new String(text, StandardCharsets.UTF_8).replaceAll("\0.*", "");
  }

  @Test
  void armingWithoutLeaseIsAMistake() throws IOException {
    GuardPage page = SharedGuardPage.map(file);
    assertThatThrownBy(() -> page.arm(true)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void publishesATableAndLeavesAnEvenNumber() throws IOException {
    GuardPage page = SharedGuardPage.map(file);
    page.publish(
        List.of(FenceMessage.netlink(new byte[] {1, 2, 3}), FenceMessage.ipv4(9, new byte[] {4})));
    ByteBuffer in = octets();
    assertThat(in.getLong(PageLayout.SEQLOCK)).isEqualTo(2);
    assertThat(in.getInt(PageLayout.MESSAGE_COUNT)).isEqualTo(2);
    int second = PageLayout.MESSAGES + PageLayout.MESSAGE_SIZE;
    assertThat(in.getInt(second + PageLayout.MESSAGE_KIND)).isEqualTo(2);
    assertThat(in.getInt(second + PageLayout.MESSAGE_IFINDEX)).isEqualTo(9);
    assertThat(in.getInt(second + PageLayout.MESSAGE_OFFSET)).isEqualTo(PageLayout.OCTETS + 8);
    assertThat(in.getInt(second + PageLayout.MESSAGE_LENGTH)).isEqualTo(1);
    assertThat(in.get(PageLayout.OCTETS + 2)).isEqualTo((byte) 3);
    assertThat(in.get(PageLayout.OCTETS + 8)).isEqualTo((byte) 4);
    page.publish(List.of());
    assertThat(octets().getLong(PageLayout.SEQLOCK)).isEqualTo(4);
    assertThat(octets().getInt(PageLayout.MESSAGE_COUNT)).isZero();
  }

  @Test
  void whatDoesNotFitChangesNothing() throws IOException {
    GuardPage page = SharedGuardPage.map(file);
    FenceMessage large = FenceMessage.netlink(new byte[40_000]);
    assertThatThrownBy(() -> page.publish(List.of(large, large)))
        .isInstanceOf(IllegalArgumentException.class);
    FenceMessage small = FenceMessage.netlink(new byte[16]);
    assertThatThrownBy(() -> page.publish(Collections.nCopies(257, small)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(octets().getLong(PageLayout.SEQLOCK)).isZero();
    page.publish(Collections.nCopies(256, small));
    assertThat(octets().getInt(PageLayout.MESSAGE_COUNT)).isEqualTo(256);
  }

  @Test
  void readsTheReport() throws IOException {
    ByteBuffer page = octets();
    page.putInt(PageLayout.FENCE_COUNT, 3)
        .putLong(PageLayout.FENCED_AT_NS, 5)
        .putInt(PageLayout.FENCE_REASON, 2)
        .putInt(PageLayout.FENCE_ERRORS, 1)
        .putLong(PageLayout.FENCE_TOOK_NS, 80_000);
    Files.write(file, page.array());
    assertThat(SharedGuardPage.map(file).lastFence())
        .isEqualTo(new Fence(3, 5, Fence.Reason.CHILD_EXITED, 1, 80_000));
    assertThat(Fence.Reason.of(99)).isEqualTo(Fence.Reason.UNKNOWN);
    assertThat(Fence.Reason.of(-1)).isEqualTo(Fence.Reason.UNKNOWN);
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    byte[] older = octets().putInt(PageLayout.VERSION, 1).array();
    Files.write(file, new byte[PageLayout.SIZE_VALUE]);
    assertThatThrownBy(() -> SharedGuardPage.map(file)).hasMessageContaining("not a guard page");
    Files.write(file, older);
    assertThatThrownBy(() -> SharedGuardPage.map(file))
        .hasMessageContaining("guard has page version 1, this engine 2: systemctl restart pollux");
    Files.write(file, new byte[10]);
    assertThatThrownBy(() -> SharedGuardPage.map(file))
        .hasMessageContaining("not a guard page: 10");
    assertThatThrownBy(() -> GuardPage.fromEnvironment(Map.of("POLLUX_GUARD_FD", "x")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void withoutAGuardNothingHappens() throws IOException {
    GuardPage page = GuardPage.fromEnvironment(Map.of());
    page.arm(true);
    page.renew(1);
    page.setRoleTid(1);
    page.publish(List.of());
    assertThat(page.present()).isFalse();
    assertThat(page.lastFence().count()).isZero();
  }

  @Test
  void aThreadKnowsItsNumber() throws Exception {
    int[] other = new int[1];
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    other[0] = GuardPage.currentTid();
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                });
    thread.join();
    assertThat(GuardPage.currentTid()).isPositive().isNotEqualTo(other[0]);
    assertThat(other[0]).isPositive();
  }

  @Test
  void aMessageIsAValue() {
    byte[] octets = {1, 2};
    FenceMessage message = FenceMessage.ipv6(3, octets);
    octets[0] = 9;
    assertThat(message).isEqualTo(FenceMessage.ipv6(3, new byte[] {1, 2}));
    assertThat(message).hasSameHashCodeAs(FenceMessage.ipv6(3, new byte[] {1, 2}));
    assertThat(message.toString()).contains("2 octets");
    assertThatThrownBy(() -> FenceMessage.netlink(new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> FenceMessage.ipv4(0, new byte[1]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
