package io.pollux.agent.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The kernel's counts of packets that XFRM has dropped, by reason (LINUX_MIB_XFRM*, linux/snmp.h).
 * They are of the whole network namespace.
 */
public final class XfrmStatistics {
  /** Replay, and with a short window what is left of it: "the sequence number is wrong". */
  public static final String IN_STATE_SEQ_ERROR = "XfrmInStateSeqError";

  /** The ICV is wrong: forged, or an ESN receiver that has inferred another half of the number. */
  public static final String IN_STATE_PROTO_ERROR = "XfrmInStateProtoError";

  private static final Path FILE = Path.of("/proc/net/xfrm_stat");

  private XfrmStatistics() {}

  /** All counts by name; empty where the kernel has none (CONFIG_XFRM_STATISTICS). */
  public static SortedMap<String, Long> read() {
    try {
      return parse(Files.readAllLines(FILE));
    } catch (IOException absent) {
      return new TreeMap<>();
    }
  }

  static SortedMap<String, Long> parse(List<String> lines) {
    SortedMap<String, Long> all = new TreeMap<>();
    for (String line : lines) {
      String[] words = line.trim().split("\\s+");
      if (words.length == 2 && words[1].matches("[0-9]{1,18}")) {
        all.put(words[0], Long.parseLong(words[1]));
      }
    }
    return all;
  }
}
