package io.pollux.it.gate;

import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What went over the WAN, packet by packet, with the MAC of who sent it. */
public final class WanView implements AutoCloseable {
  private static final Pattern LINE =
      Pattern.compile("(\\d+)\\.(\\d{6}) (\\S+) > \\S+ ethertype IPv[46].*? length \\d+: (.*)");
  private static final Pattern INNER =
      Pattern.compile("(^|[ (])(10\\.[12]\\.\\d+\\.\\d+|fd0[12]:[0-9a-f:]*)[. :>].*");

  private final Process tcpdump;
  private final Path log;

  /**
   * A packet.
   *
   * @param atNs CLOCK_REALTIME
   * @param text tcpdump's words
   */
  public record Seen(long atNs, String mac, String text) {
    public boolean esp() {
      return text.contains("ESP(") || text.contains("UDP-encap");
    }

    public boolean ike() {
      return text.contains("isakmp") || text.contains(".500 >") || text.contains(".4500 >");
    }

    /** An inner packet without its ESP. */
    public boolean clear() {
      return INNER.matcher(text).find();
    }
  }

  private WanView(Process tcpdump, Path log) {
    this.tcpdump = tcpdump;
    this.log = log;
  }

  public static WanView start(Site site, String name) {
    Path log = site.dir().resolve(name + ".capture");
    Namespaces net = site.net;
    Process tcpdump =
        net.start(
            "wan", log, Map.of(), "tcpdump", "-l", "-n", "-e", "-tt", "-i", "br0", "ip or ip6");
    WanView view = new WanView(tcpdump, log);
    Waits.until(
        () -> view.text().contains("listening on"), Duration.ofSeconds(30), "tcpdump listens");
    return view;
  }

  private String text() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Everything so far. */
  public List<Seen> all() {
    return text()
        .lines()
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .map(
            m ->
                new Seen(
                    Long.parseLong(m.group(1)) * 1_000_000_000L + Long.parseLong(m.group(2)) * 1000,
                    m.group(3).replace(",", ""),
                    m.group(4)))
        .toList();
  }

  /** ESP and IKE that a node has sent since a moment. */
  public List<Seen> from(Node node, long sinceNs) {
    return all().stream()
        .filter(s -> s.mac().equals(Site.mac(node)) && s.atNs() >= sinceNs)
        .filter(s -> s.esp() || s.ike())
        .toList();
  }

  public List<Seen> clearText() {
    return all().stream().filter(Seen::clear).toList();
  }

  public static long now() {
    return System.currentTimeMillis() * 1_000_000L;
  }

  @Override
  public void close() {
    tcpdump.destroy();
    Waits.until(() -> !tcpdump.isAlive(), Duration.ofSeconds(30), "the end of tcpdump");
  }
}
