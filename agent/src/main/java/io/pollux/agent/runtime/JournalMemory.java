package io.pollux.agent.runtime;

import io.pollux.ha.local.JournalStore;
import io.pollux.linux.Memfd;
import io.pollux.linux.SystemCallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Map;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * The guard's memory for the local journal: it has no name and no file, outlives this process and
 * goes with the guard. A write is one system call, so that what it wrote is there whatever becomes
 * of this process in the next instant.
 */
final class JournalMemory implements JournalStore {
  /** Name of the environment variable with the number of the inherited descriptor. */
  static final String DESCRIPTOR_VARIABLE = "POLLUX_JOURNAL_FD";

  private final Memfd memory;
  private final FileChannel channel;

  JournalMemory(Memfd memory) throws IOException {
    this.memory = memory;
    this.channel = memory.channel();
  }

  /**
   * The guard's; empty, with a warning, where no guard started this process.
   *
   * @throws IOException if there is a descriptor and it cannot be used
   */
  static Optional<JournalMemory> fromEnvironment(Map<String, String> environment)
      throws IOException {
    String number = environment.get(DESCRIPTOR_VARIABLE);
    if (number == null) {
      LoggerFactory.getLogger(JournalMemory.class)
          .warn("started without its guard: the next daemon cannot adopt what this one leaves");
      return Optional.empty();
    }
    try {
      return Optional.of(new JournalMemory(Memfd.inherited(Integer.parseInt(number))));
    } catch (NumberFormatException e) {
      throw new IOException(DESCRIPTOR_VARIABLE + " is not a number: " + number, e);
    }
  }

  @Override
  public void write(long at, ByteBuffer octets) {
    try {
      long to = at;
      while (octets.hasRemaining()) {
        to += channel.write(octets, to);
      }
    } catch (IOException refused) {
      throw new Failed("writing the local journal: " + refused.getMessage(), refused);
    }
  }

  @Override
  public void read(long at, ByteBuffer octets) {
    try {
      long from = at;
      while (octets.hasRemaining()) {
        int read = channel.read(octets, from);
        if (read < 0) {
          return;
        }
        from += read;
      }
    } catch (IOException refused) {
      throw new Failed("reading the local journal: " + refused.getMessage(), refused);
    }
  }

  @Override
  public void discard(long from, long length) {
    try {
      memory.punch(from, length);
    } catch (SystemCallException refused) {
      throw new Failed(refused.getMessage(), refused);
    }
  }
}
