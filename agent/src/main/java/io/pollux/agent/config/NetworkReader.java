package io.pollux.agent.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Section {@code routes}, and {@code interface} and {@code routes} of a connection. */
final class NetworkReader {
  private static final long MIN_MTU = 576; // RFC 791
  private static final long MAX_MTU = 65_535;
  private static final int MAX_TABLE = Integer.MAX_VALUE;
  private static final int MAX_PREFERENCE = 32_765; // the last one before the kernel's own of main

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
