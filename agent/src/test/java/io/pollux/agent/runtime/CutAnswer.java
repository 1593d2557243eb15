package io.pollux.agent.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands before an OCSP responder and ends after the first half of each of its answers. */
final class CutAnswer implements AutoCloseable {
  private static final int HALF = 400; // in the middle of the DER

  private final ServerSocket socket = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
  private final AtomicInteger cuts = new AtomicInteger();
  private final int responder;

  CutAnswer(int responder) throws IOException {
    this.responder = responder;
    Thread.ofVirtual().start(this::serve);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
  }

  int cuts() {
    return cuts.get();
  }

  private void serve() {
    while (!socket.isClosed()) {
      try (Socket client = socket.accept();
          Socket server = new Socket(InetAddress.getLoopbackAddress(), responder)) {
        server.getOutputStream().write(request(client.getInputStream()));
        byte[] half = server.getInputStream().readNBytes(HALF);
        cuts.incrementAndGet();
        client.getOutputStream().write(half);
      } catch (IOException _) {
        // closed, or the client is gone
      }
    }
  }

  /** The header, and as much content as it announces. */
  private static byte[] request(InputStream in) throws IOException {
    StringBuilder header = new StringBuilder();
    while (header.indexOf("\r\n\r\n") < 0) {
      int octet = in.read();
      if (octet < 0) {
        throw new IOException("ended early");
      }
      header.append((char) octet);
    }
    String text = header.toString();
    String length = text.toLowerCase(java.util.Locale.ROOT).split("content-length: ", 2)[1];
    byte[] content = in.readNBytes(Integer.parseInt(length.split("\r\n", 2)[0]));
    byte[] head = text.getBytes(StandardCharsets.ISO_8859_1);
    byte[] all = java.util.Arrays.copyOf(head, head.length + content.length);
    System.arraycopy(content, 0, all, head.length, content.length);
    return all;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
