package io.pollux.agent.guard;

import static io.pollux.agent.guard.PageLayout.INT;
import static io.pollux.agent.guard.PageLayout.LONG;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** The page itself, mapped. */
final class SharedGuardPage implements GuardPage {
  private final ByteBuffer page;

  private SharedGuardPage(ByteBuffer page) {
    this.page = page;
  }

  static SharedGuardPage map(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      if (channel.size() != PageLayout.SIZE_VALUE) {
        throw new IOException("not a guard page: " + channel.size() + " octets");
      }
      ByteBuffer page =
          channel
              .map(FileChannel.MapMode.READ_WRITE, 0, PageLayout.SIZE_VALUE)
              .order(ByteOrder.nativeOrder());
      if (page.getInt(PageLayout.MAGIC) != PageLayout.MAGIC_VALUE
          || page.getInt(PageLayout.SIZE) != PageLayout.SIZE_VALUE) {
        throw new IOException("not a guard page");
      }
      int version = page.getInt(PageLayout.VERSION);
      if (version != PageLayout.VERSION_VALUE) {
        throw new IOException(
            "the running guard has page version %d, this engine %d: systemctl restart pollux renews both"
                .formatted(version, PageLayout.VERSION_VALUE));
      }
      return new SharedGuardPage(page);
    }
  }

  @Override
  public boolean present() {
    return true;
  }

  @Override
  public void renew(long deadlineNs) {
    LONG.setRelease(page, PageLayout.LEASE_DEADLINE_NS, deadlineNs);
    INT.getAndAddRelease(page, PageLayout.HEARTBEAT, 1);
  }

  @Override
  public void arm(boolean armed) {
    if (armed && (long) LONG.getAcquire(page, PageLayout.LEASE_DEADLINE_NS) == 0) {
      throw new IllegalStateException("armed without a lease");
    }
    INT.setVolatile(page, PageLayout.ARMED, armed ? 1 : 0);
  }

  @Override
  public void setRoleTid(int tid) {
    INT.setVolatile(page, PageLayout.ROLE_TID, tid);
  }

  @Override
  public void publish(List<FenceMessage> messages) {
    byte[][] octets = messages.stream().map(FenceMessage::octets).toArray(byte[][]::new);
    int room = PageLayout.SIZE_VALUE - PageLayout.OCTETS;
    for (byte[] one : octets) {
      room -= aligned(one.length);
    }
    if (messages.size() > PageLayout.MOST_MESSAGES || room < 0) {
      throw new IllegalArgumentException(
          messages.size() + " fence messages do not fit, " + -Math.min(room, 0) + " octets over");
    }
    long even = (long) LONG.getVolatile(page, PageLayout.SEQLOCK);
    if ((even & 1) != 0 || !LONG.compareAndSet(page, PageLayout.SEQLOCK, even, even + 1)) {
      throw new IllegalStateException("two threads publish");
    }
    VarHandle.fullFence(); // nothing of the table may be seen before the odd number
    write(messages, octets);
    LONG.setRelease(page, PageLayout.SEQLOCK, even + 2);
  }

  private void write(List<FenceMessage> messages, byte[][] octets) {
    int at = PageLayout.OCTETS;
    for (int i = 0; i < octets.length; i++) {
      int entry = PageLayout.MESSAGES + i * PageLayout.MESSAGE_SIZE;
      page.putInt(entry + PageLayout.MESSAGE_KIND, messages.get(i).kind().number());
      page.putInt(entry + PageLayout.MESSAGE_IFINDEX, messages.get(i).ifindex());
      page.putInt(entry + PageLayout.MESSAGE_OFFSET, at);
      page.putInt(entry + PageLayout.MESSAGE_LENGTH, octets[i].length);
      page.put(at, octets[i]);
      at += aligned(octets[i].length);
    }
    page.putInt(PageLayout.MESSAGE_COUNT, octets.length);
  }

  @Override
  public void notice(String state) {
    byte[] text = cut(state, PageLayout.STATUS_SIZE - 1);
    int before = (int) INT.getVolatile(page, PageLayout.NOTICE);
    INT.setVolatile(page, PageLayout.NOTICE, before | 1);
    VarHandle.fullFence(); // nothing of the text may be seen before the odd number
    page.put(PageLayout.STATUS, text);
    page.put(PageLayout.STATUS + text.length, (byte) 0);
    INT.setRelease(page, PageLayout.NOTICE, (before | 1) + 1);
  }

  /** UTF-8 of at most so many octets, whole characters. */
  private static byte[] cut(String text, int most) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    int length = Math.min(octets.length, most);
    while (length < octets.length && (octets[length] & 0xc0) == 0x80) {
      length--; // in the middle of a character
    }
    return Arrays.copyOf(octets, length);
  }

  @Override
  public void beat() {
    INT.getAndAddRelease(page, PageLayout.PULSE, 1);
  }

  private static int aligned(int length) {
    return (length + 7) & ~7;
  }

  @Override
  public Fence lastFence() {
    // The guard writes the count last.
    int count = (int) INT.getAcquire(page, PageLayout.FENCE_COUNT);
    return new Fence(
        count,
        page.getLong(PageLayout.FENCED_AT_NS),
        Fence.Reason.of(page.getInt(PageLayout.FENCE_REASON)),
        page.getInt(PageLayout.FENCE_ERRORS),
        page.getLong(PageLayout.FENCE_TOOK_NS));
  }
}
