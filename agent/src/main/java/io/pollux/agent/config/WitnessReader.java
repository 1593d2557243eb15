package io.pollux.agent.config;

import io.pollux.agent.config.HaConfig.Witness;
import io.pollux.agent.config.HaConfig.Witnesses;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The keys {@code ha.witnesses} and {@code ha.witness-timeout}. */
final class WitnessReader {
  private static final long MS = 1_000_000L;
  private static final long SECOND = 1_000 * MS;
  private static final String EXPECTED = "addresses to ping, or address:port to connect to";
  private static final Pattern WITH_PORT =
      Pattern.compile("(?:\\[(?<six>[^\\]]+)\\]|(?<four>[0-9.]+)):(?<port>[0-9]{1,5})");

  private WitnessReader() {}

  static Optional<Witnesses> read(Section s, boolean external) {
    List<Witness> all = s.parsedList("witnesses", List.of(), EXPECTED, WitnessReader::witness);
    long timeout = s.durationNs("witness-timeout", 300 * MS, 10 * MS, 10 * SECOND);
    if (external && s.has("witnesses")) {
      s.problem(
          "witnesses",
          "says what to do before a takeover on silence; with external another"
              + " manager decides");
    }
    return all.isEmpty() ? Optional.empty() : Optional.of(new Witnesses(all, timeout));
  }

  private static Witness witness(String text) {
    Matcher parts = WITH_PORT.matcher(text.trim());
    if (!parts.matches()) {
      return new Witness(Prefix.parseAddress(text.trim()), OptionalInt.empty());
    }
    int port = Integer.parseInt(parts.group("port"));
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("expected a port from 1 to 65535");
    }
    String host = parts.group("six") == null ? parts.group("four") : parts.group("six");
    InetAddress address = Prefix.parseAddress(host);
    return new Witness(address, OptionalInt.of(port));
  }
}
