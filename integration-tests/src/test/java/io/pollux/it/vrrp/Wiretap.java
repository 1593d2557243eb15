package io.pollux.it.vrrp;

import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Everything on the segment, captured by tcpdump on its bridge and read back as {@link Sniffed}.
 */
public final class Wiretap implements AutoCloseable {
  private static final Duration GENEROUS = Duration.ofSeconds(60);
  private static final int FILE_HEADER = 24;
  private static final int RECORD_HEADER = 16;

  private final Process tcpdump;
  private final Path file;

  private Wiretap(Process tcpdump, Path file) {
    this.tcpdump = tcpdump;
    this.file = file;
  }

  /** Starts it and returns when it listens. */
  public static Wiretap start(Namespaces ns, String namespace, Path file) {
    Path log = file.resolveSibling(file.getFileName() + ".log");
    Process tcpdump =
        ns.start(
            namespace,
            log,
            Map.of(),
            "tcpdump",
            "-n",
            "-U",
            "--immediate-mode",
            "-Z",
            "root",
            "-i",
            "br0",
            "-w",
            file.toString());
    Waits.until(
        () -> {
          try {
            return Files.readString(log).contains("listening on");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        GENEROUS,
        "tcpdump listens");
    return new Wiretap(tcpdump, file);
  }

  /** All frames so far. */
  public List<Sniffed> frames() {
    ByteBuffer in;
    try {
      in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Sniffed> frames = new ArrayList<>();
    int at = FILE_HEADER;
    while (at + RECORD_HEADER <= in.limit()) {
      int length = in.getInt(at + 8);
      if (at + RECORD_HEADER + length > in.limit()) {
        break; // being written
      }
      long timeNs = in.getInt(at) * 1_000_000_000L + in.getInt(at + 4) * 1_000L;
      byte[] octets = new byte[length];
      in.get(at + RECORD_HEADER, octets);
      frames.add(new Sniffed(timeNs, octets));
      at += RECORD_HEADER + length;
    }
    return frames;
  }

  /** A place in the capture: how many frames there are. */
  public int mark() {
    return frames().size();
  }

  private List<Sniffed> since(int mark) {
    List<Sniffed> all = frames();
    return all.subList(mark, all.size());
  }

  /** The advertisements since a mark, in order. */
  public List<Advert> adverts(int mark) {
    return since(mark).stream().filter(Sniffed::isVrrp).map(Sniffed::advert).toList();
  }

  /** Waits for so many advertisements of that sender with a priority that is not 0. */
  public List<Advert> awaitAdverts(String mac, int mark, int count) {
    Waits.until(
        () -> adverts(mark).stream().filter(a -> a.from(mac) && a.priority() > 0).count() >= count,
        GENEROUS,
        count + " advertisements of " + mac);
    return adverts(mark).stream().filter(a -> a.from(mac) && a.priority() > 0).toList();
  }

  /** Waits for a goodbye of that sender. */
  public Advert awaitGoodbye(String mac, int mark) {
    Waits.until(
        () -> adverts(mark).stream().anyMatch(a -> a.from(mac) && a.priority() == 0),
        GENEROUS,
        "priority 0 of " + mac);
    return adverts(mark).stream()
        .filter(a -> a.from(mac) && a.priority() == 0)
        .findFirst()
        .orElseThrow();
  }

  /** Who has advertised with a priority that is not 0 since a mark, by MAC address. */
  public Set<String> announcers(int mark) {
    return adverts(mark).stream()
        .filter(a -> a.priority() > 0)
        .map(Advert::sourceMac)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Who has claimed an address by ARP or Neighbor Advertisement since a mark, by MAC address. */
  public List<String> claims(String address, int mark) {
    return since(mark).stream()
        .filter(frame -> frame.claims(address))
        .map(Sniffed::sourceMac)
        .toList();
  }

  /** Who has sent an IP packet from an address since a mark, by MAC address. */
  public Set<String> sendersFrom(String address, int mark) {
    return since(mark).stream()
        .filter(frame -> frame.isIpFrom(address))
        .map(Sniffed::sourceMac)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  @Override
  public void close() {
    tcpdump.destroy();
    Waits.until(() -> !tcpdump.isAlive(), GENEROUS, "the end of tcpdump");
  }
}
