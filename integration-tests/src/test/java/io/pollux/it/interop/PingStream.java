package io.pollux.it.interop;

import io.pollux.it.lab.Commands;
import io.pollux.it.lab.Namespaces;
import io.pollux.it.lab.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ping} every 50 ms until it is told to stop; every reply is counted. */
final class PingStream implements AutoCloseable {
  private static final Pattern REPLY = Pattern.compile("icmp_seq=(\\d+) ttl");
  private static final Duration GENEROUS = Duration.ofSeconds(60);

  private final Process ping;
  private final Path log;

  private PingStream(Process ping, Path log) {
    this.ping = ping;
    this.log = log;
  }

  /** Starts it and returns with the first reply. */
  static PingStream start(
      Namespaces namespaces, String namespace, String from, String to, Path log) {
    Process ping = namespaces.start(namespace, log, Map.of(), "ping", "-i", "0.05", "-I", from, to);
    PingStream stream = new PingStream(ping, log);
    stream.awaitReplies(1);
    return stream;
  }

  /** Returns when COUNT more replies have come. */
  void awaitReplies(int count) {
    int wanted = replies().size() + count;
    Waits.until(() -> replies().size() >= wanted, GENEROUS, count + " replies to the ping");
  }

  /**
   * Stops it and returns the numbers of those that got no reply although a later one did: those
   * after it may be on their way.
   */
  SortedSet<Integer> stopAndCountLost() {
    Commands.run("kill", "-INT", Long.toString(ping.pid())).orFail();
    Waits.until(() -> !ping.isAlive(), GENEROUS, "the end of ping");
    SortedSet<Integer> lost = new TreeSet<>();
    SortedSet<Integer> replies = replies();
    for (int i = 1; i <= replies.last(); i++) {
      if (!replies.contains(i)) {
        lost.add(i);
      }
    }
    return lost;
  }

  private SortedSet<Integer> replies() {
    SortedSet<Integer> numbers = new TreeSet<>();
    Matcher matcher = REPLY.matcher(text());
    while (matcher.find()) {
      numbers.add(Integer.valueOf(matcher.group(1)));
    }
    return numbers;
  }

  private String text() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    ping.destroyForcibly();
  }
}
