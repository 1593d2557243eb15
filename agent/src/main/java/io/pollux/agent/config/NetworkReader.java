package io.pollux.agent.config;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Section {@code routes}, and {@code interface} and {@code routes} of a connection. */
final class NetworkReader {
  private static final long MIN_MTU = 576; // RFC 791
  private static final long MAX_MTU = 65_535;
  private static final int MAX_TABLE = Integer.MAX_VALUE;
  private static final int MAX_PREFERENCE = 32_765; // the last one before the kernel's own of main

  private static final String METRICS = "127.0.0.1:9517";
  private static final Pattern SOCKET =
      Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([0-9.]+)):([0-9]{1,5})");

  private NetworkReader() {}

  static NetworkConfig.Routes routes(Section s) {
    NetworkConfig.Routes standard = NetworkConfig.Routes.DEFAULT;
    boolean enabled = s.bool("enabled", standard.enabled());
    int fence = s.integer("fence-table", standard.fenceTable(), 256, MAX_TABLE);
    String text = s.string("table", "main");
    int table = NetworkConfig.MAIN;
    if (!text.equals("main")) {
      table = s.integer("table", fence, 256, MAX_TABLE);
      fence = table;
    }
    int preference = s.integer("rule-preference", (int) standard.preference(), 2, MAX_PREFERENCE);
    long mtu = octets(s, "mtu");
    long advmss = octets(s, "advmss");
    s.done();
    return new NetworkConfig.Routes(enabled, table, fence, preference, mtu, advmss);
  }

  /** Section {@code metrics}; null if its address cannot be read. */
  static InetSocketAddress metrics(Section s) {
    InetSocketAddress listen =
        s.parsed("listen", s.string("listen", METRICS), NetworkReader::socket).orElse(null);
    s.done();
    return listen;
  }

  private static InetSocketAddress socket(String text) {
    Matcher parts = SOCKET.matcher(text);
    int port = parts.matches() ? Integer.parseInt(parts.group(3)) : 0;
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "expected ADDRESS:PORT, for example 127.0.0.1:9517 or [::1]:9517");
    }
    String address = parts.group(1) == null ? parts.group(2) : parts.group(1);
    return new InetSocketAddress(Prefix.parseAddress(address), port);
  }

  private static long octets(Section s, String key) {
    long value = s.amount(key, 0);
    if (value != 0 && (value < MIN_MTU || value > MAX_MTU)) {
      s.problem(key, "is " + value + "; expected " + MIN_MTU + " to " + MAX_MTU + " octets, or 0");
      return 0;
    }
    return value;
  }

  /** What connection {@code name} says; noted in {@code into} if it says anything. */
  static void tunnel(String name, Section s, Map<String, NetworkConfig.Tunnel> into) {
    String text = s.string("interface", "none");
    NetworkConfig.Device device =
        switch (text) {
          case "none", "own", "shared", "vti" ->
              NetworkConfig.Device.valueOf(text.toUpperCase(Locale.ROOT));
          default -> {
            s.problem("interface", "is \"" + text + "\"; expected none, own, shared or vti");
            yield NetworkConfig.Device.NONE;
          }
        };
    List<Prefix> routes = s.parsedList("routes", List.of(), "of prefixes", Prefix::parse);
    if (device != NetworkConfig.Device.NONE || !routes.isEmpty()) {
      into.put(name, new NetworkConfig.Tunnel(device, routes));
    }
  }
}
