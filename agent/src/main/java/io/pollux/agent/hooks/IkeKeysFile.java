package io.pollux.agent.hooks;

import io.pollux.ike.crypto.Encryption;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.event.IkeEvent;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.IkeSaSnapshot;
import io.pollux.ike.sad.IkeSpis;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For debugging alone, and off unless the operator names a file: the keys of IKE SAs as lines of
 * Wireshark's ikev2_decryption_table. Whoever has them reads and forges the IKE messages of these
 * SAs; SK_d is not among them, so that ESP stays what it is. It says so loudly whenever it is asked
 * for.
 *
 * <p>Keys are copied on the SAs' thread, which waits for nothing here, written by a thread of its
 * own and wiped; they take no way through the logger.
 */
public final class IkeKeysFile {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.ike-keys");
  private static final int WAITING = 1 << 16;
  private static final int LINE_OCTETS = 2048; // 2 * (16 + 72 + 128) digits and two names
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final String HEAD =
      "# Keys of IKE SAs, Wireshark's ikev2_decryption_table. Delete this file when it is not needed"
          + " any more.\n";

  private final LinkedBlockingQueue<Line> waiting = new LinkedBlockingQueue<>(WAITING);
  private final AtomicLong dropped = new AtomicLong();
  private volatile Optional<Path> target = Optional.empty();
  private Thread writer;

  /** Copies of what a line is made of. */
  private record Line(
      IkeSpis spis, IkeAlgorithms algorithms, Secret ei, Secret er, Secret ai, Secret ar)
      implements AutoCloseable {
    static Line of(IkeSaSnapshot sa) {
      IkeKeys k = sa.keys();
      return new Line(
          sa.spis(),
          sa.algorithms(),
          k.skEi().copy(),
          k.skEr().copy(),
          k.skAi().copy(),
          k.skAr().copy());
    }

    @Override
    public void close() {
      List.of(ei, er, ai, ar).forEach(Secret::close);
    }
  }

  /**
   * What the configuration in force says, at the start and at each reload. A file that is refused
   * is an error in the log, exposes nothing, and keeps nothing else from working.
   *
   * @return whether keys are written from now on that were not before: then those of the IKE SAs
   *     that stand are still to be handed over
   */
  public synchronized boolean use(Optional<Path> file) {
    Optional<Path> before = target;
    target = file.filter(IkeKeysFile::usable);
    if (target.isEmpty()) {
      before.ifPresent(f -> LOG.warn("IKE keys are not written to {} any more; delete it", f));
      return false;
    }
    LOG.warn(
        "log.ike-keys-file: THE KEYS OF ALL IKE SAs ARE WRITTEN TO {}: whoever reads it reads and"
            + " forges the IKE messages of every tunnel; take the key out of the configuration and"
            + " delete the file when they are not needed any more",
        target.get());
    if (writer == null) {
      writer = Thread.ofPlatform().name("ike-keys").daemon().start(this::run);
    }
    return !target.equals(before);
  }

  private static boolean usable(Path file) {
    try (FileChannel channel = ExposedFile.open(file)) {
      if (channel.size() == 0) {
        channel.write(ByteBuffer.wrap(HEAD.getBytes(StandardCharsets.US_ASCII)));
      }
      return true;
    } catch (IOException refused) {
      LOG.error("log.ike-keys-file: no keys are written: {}", why(refused));
      return false;
    }
  }

  /** The kernel's refusals carry the file's name and nothing else. */
  private static String why(IOException refused) {
    return refused instanceof FileSystemException e && e.getReason() == null
        ? e.toString()
        : refused.getMessage();
  }

  /** Where keys are written to; empty: nowhere, as it should be. */
  public Optional<Path> exposed() {
    return target;
  }

  /** What the engine says of IKE SAs that come; their keys are looked at before this returns. */
  public void follow(IkeEvent event) {
    switch (event) {
      case IkeEvent.IkeSaUp(var snapshot) -> stand(List.of(snapshot));
      case IkeEvent.IkeSaRekeyed(var _, var fresh) -> stand(List.of(fresh));
      case IkeEvent.IkeSaMoved _,
          IkeEvent.IkeSaDown _,
          IkeEvent.IkeSaLimited _,
          IkeEvent.IkeSaHalfOpen _,
          IkeEvent.ChildSaUp _,
          IkeEvent.ChildSaRekeyed _,
          IkeEvent.ChildSaSwitched _,
          IkeEvent.ChildSaDown _,
          IkeEvent.ExchangeStarted _,
          IkeEvent.ExchangeFinished _,
          IkeEvent.ExchangeAnswered _,
          IkeEvent.WindowMoved _,
          IkeEvent.ReplayAdvanced _ -> {}
    }
  }

  /**
   * IKE SAs that this node goes on with, or that stood when it was told to write keys.
   *
   * @return how many of them are written
   */
  public int stand(List<IkeSaSnapshot> sas) {
    if (target.isEmpty()) {
      return 0;
    }
    int taken = 0;
    for (IkeSaSnapshot sa : sas) {
      Line line = Line.of(sa);
      if (waiting.offer(line)) {
        taken++;
      } else {
        line.close();
        dropped.incrementAndGet();
      }
    }
    return taken;
  }

  private void run() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(LINE_OCTETS); // else the JDK makes a copy of it
    try {
      while (true) {
        write(waiting.take(), buffer);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** {@code first} and all that wait behind it. */
  private void write(Line first, ByteBuffer buffer) {
    Optional<Path> file = target;
    Line line = first;
    try (FileChannel channel = file.isPresent() ? ExposedFile.open(file.get()) : null) {
      for (; line != null; line = waiting.poll()) {
        try (Line mine = line) {
          if (channel != null) {
            format(mine, buffer);
            while (buffer.hasRemaining()) {
              channel.write(buffer);
            }
          }
        } finally {
          wipe(buffer);
        }
      }
      long lost = dropped.getAndSet(0);
      if (lost > 0) {
        LOG.error("keys of {} IKE SAs were not written: too many waited", lost);
      }
    } catch (IOException refused) {
      if (line != null) {
        line.close();
      }
      LOG.error("log.ike-keys-file: keys are not written: {}", why(refused));
    }
  }

  /** One line, ready to be read from {@code into}. */
  private static void format(Line line, ByteBuffer into) {
    into.clear();
    Optional<String> encryption = WiresharkNames.encryption(line.algorithms);
    if (encryption.isEmpty()) {
      Encryption unknown = Encryption.require(line.algorithms.encryption());
      text(into, "# " + line.spis + ": Wireshark does not decrypt " + unknown);
    } else {
      spi(into, line.spis.initiator().value());
      spi(into, line.spis.responder().value());
      hex(into, line.ei);
      hex(into, line.er);
      text(into, '"' + encryption.get() + "\",");
      hex(into, line.ai);
      hex(into, line.ar);
      text(into, '"' + WiresharkNames.integrity(line.algorithms) + '"');
    }
    text(into, "\n");
    into.flip();
  }

  private static void spi(ByteBuffer into, long value) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      into.put(DIGITS[(int) (value >>> shift) & 15]);
    }
    into.put((byte) ',');
  }

  private static void hex(ByteBuffer into, Secret key) {
    key.use(
        octets -> {
          for (byte b : octets) {
            into.put(DIGITS[b >> 4 & 15]).put(DIGITS[b & 15]);
          }
          return null;
        });
    into.put((byte) ',');
  }

  private static void text(ByteBuffer into, String text) {
    into.put(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static void wipe(ByteBuffer buffer) {
    buffer.clear();
    while (buffer.hasRemaining()) {
      buffer.put((byte) 0);
    }
  }
}
