package io.pollux.netlink.testing;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlMessages;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Requests that iproute2 has sent, by name. */
public final class Golden {
  private static final Path FILE = Path.of("src/test/resources/golden/iproute2.txt");

  private Golden() {}

  public static Map<String, byte[]> all() {
    Map<String, byte[]> all = new LinkedHashMap<>();
    try {
      for (String line : Files.readAllLines(FILE)) {
        if (!line.startsWith("#")) {
          int space = line.indexOf(' ');
          all.put(line.substring(0, space), HexFormat.of().parseHex(line.substring(space + 1)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  public static byte[] octets(String name) {
    return all().get(name);
  }

  /** A cursor that stands on the only message. */
  public static NlMessages message(String name) throws MalformedNetlink {
    return message(octets(name));
  }

  public static NlMessages message(byte[] octets) throws MalformedNetlink {
    NlMessages message = new NlMessages(buffer(octets), 0, octets.length);
    if (!message.next()) {
      throw new MalformedNetlink("datagram", "empty");
    }
    return message;
  }

  public static ByteBuffer buffer(byte[] octets) {
    return ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
  }
}
