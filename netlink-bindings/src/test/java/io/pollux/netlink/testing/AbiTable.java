package io.pollux.netlink.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A table of sizes, offsets and numbers that a C compiler has printed from the headers. */
public final class AbiTable {
  /** Of the kernel's headers, printed by native/xfrm-abi. */
  public static final Path KERNEL = Path.of("../native/xfrm-abi/xfrm-layout.tsv");

  /** Of all headers whose numbers stand in this module, printed by src/test/c/linux-abi.c. */
  public static final Path LINUX = Path.of("src/test/resources/linux-abi.tsv");

  private final Map<String, Integer> sizes = new TreeMap<>();
  private final Map<String, Map<String, Integer>> offsets = new TreeMap<>();
  private final Map<String, Long> constants = new TreeMap<>();

  public static AbiTable read(Path path) {
    try {
      return new AbiTable(Files.readAllLines(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private AbiTable(List<String> lines) {
    for (String line : lines) {
      String[] part = line.split("\t");
      switch (part[0]) {
        case "struct" -> sizes.put(part[1], Integer.parseInt(part[2]));
        case "field" ->
            offsets
                .computeIfAbsent(part[1], _ -> new LinkedHashMap<>())
                .put(part[2], Integer.parseInt(part[3]));
        case "const" -> constants.put(part[1], new BigInteger(part[2]).longValue());
        default -> throw new IllegalArgumentException(line);
      }
    }
  }

  public Integer size(String struct) {
    return sizes.get(struct);
  }

  public Map<String, Integer> offsets(String struct) {
    return offsets.getOrDefault(struct, Map.of());
  }

  public Map<String, Long> constants() {
    return constants;
  }
}
