package io.pollux.it.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A few octets over TCP and back, run inside of a namespace: {@code listen ADDRESS PORT}, or {@code
 * ask FROM ADDRESS PORT}, whose exit status says whether they came back. TCP has a checksum over
 * the addresses, which a NAT changes.
 */
final class TcpEcho {
  private static final byte[] OCTETS = "to and fro".getBytes(StandardCharsets.US_ASCII);
  private static final int LIMIT_MS = 20_000;

  private TcpEcho() {}

  public static void main(String[] args) throws IOException {
    if (args[0].equals("listen")) {
      listen(InetAddress.ofLiteral(args[1]), Integer.parseInt(args[2]));
    } else {
      ask(
          InetAddress.ofLiteral(args[1]),
          new InetSocketAddress(InetAddress.ofLiteral(args[2]), Integer.parseInt(args[3])));
    }
  }

  /** Until it is killed. */
  private static void listen(InetAddress address, int port) throws IOException {
    try (ServerSocket server = new ServerSocket(port, 5, address)) {
      System.out.println("listening");
      while (true) {
        try (Socket peer = server.accept()) {
          System.out.println("from " + peer.getInetAddress().getHostAddress());
          peer.getOutputStream().write(peer.getInputStream().readNBytes(OCTETS.length));
        }
      }
    }
  }

  private static void ask(InetAddress from, InetSocketAddress to) throws IOException {
    try (Socket socket = new Socket()) {
      socket.bind(new InetSocketAddress(from, 0));
      socket.setSoTimeout(LIMIT_MS);
      socket.connect(to, LIMIT_MS);
      socket.getOutputStream().write(OCTETS);
      byte[] back = socket.getInputStream().readNBytes(OCTETS.length);
      if (!java.util.Arrays.equals(back, OCTETS)) {
        throw new IOException("something else came back");
      }
    }
  }
}
