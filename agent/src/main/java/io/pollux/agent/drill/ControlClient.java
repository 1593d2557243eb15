package io.pollux.agent.drill;

import com.typesafe.config.Config;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Asks a daemon over its control socket, as polluxctl does (its request and frames). */
final class ControlClient {
  private static final int MOST_FRAME = 16 << 20;

  private final Path socket;

  ControlClient(Path socket) {
    this.socket = socket;
  }

  /** What came back. */
  record Answer(int status, String out, String err) {
    String said() {
      return (out + err).strip();
    }
  }

  /**
   * Runs a command.
   *
   * @throws IOException no daemon answers, or it went away in the middle
   */
  Answer run(String... words) throws IOException {
    StringBuilder err = new StringBuilder();
    StringBuilder out = new StringBuilder();
    int status = run(List.of(words), out::append, err::append);
    return new Answer(status, out.toString(), err.toString());
  }

  /** The answer of a command as JSON; its status says whether the news are good, not here. */
  Config json(String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--json");
    Answer answer = run(all.toArray(String[]::new));
    if (answer.out().isBlank()) {
      throw new IOException(answer.said());
    }
    return DrillRecord.json(answer.out());
  }

  Facts facts() throws IOException {
    return Facts.of(json("drill", "facts"));
  }

  /** Runs a command; what it says is handed over as it comes. Returns its exit status. */
  int run(List<String> words, Consumer<String> out, Consumer<String> err) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      ByteBuffer request = request(words);
      while (request.hasRemaining()) {
        channel.write(request);
      }
      DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
      while (true) {
        byte type = in.readByte();
        int length = in.readInt();
        if (length < 0 || length > MOST_FRAME) {
          throw new IOException("what answers on " + socket + " is not polluxd");
        }
        byte[] octets = in.readNBytes(length);
        switch (type) {
          case 'o' -> out.accept(new String(octets, StandardCharsets.UTF_8));
          case 'e' -> err.accept(new String(octets, StandardCharsets.UTF_8));
          case 'x' -> {
            return octets.length == 1 ? octets[0] & 0xff : -1;
          }
          default -> throw new IOException("what answers on " + socket + " is not polluxd");
        }
      }
    }
  }

  private static ByteBuffer request(List<String> words) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    text.writeBytes(new byte[] {'1', 0, 0});
    for (String word : words) {
      text.writeBytes(word.getBytes(StandardCharsets.UTF_8));
      text.write(0);
    }
    return ByteBuffer.allocate(4 + text.size()).putInt(text.size()).put(text.toByteArray()).flip();
  }
}
