package io.pollux.ha.link;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A wire on loopback that can be held, cut and reset. */
final class Relay implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final List<Socket> accepted = new CopyOnWriteArrayList<>();
  private final List<Socket> dialed = new CopyOnWriteArrayList<>();
  private volatile boolean held;
  private volatile boolean oneWay;
  private volatile boolean closed;

  Relay(int target) throws IOException {
    this.target = target;
    server = new ServerSocket();
    server.bind(new InetSocketAddress(LinkProbe.LOOPBACK, 0));
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** From now on nothing is carried, and nothing is read. */
  void hold() {
    held = true;
  }

  /** From now on the dialing side hears nothing, and is heard. */
  void deafen() {
    oneWay = true;
  }

  /** The dialing side sees a RST. */
  void reset() throws IOException {
    for (Socket socket : accepted) {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    server.close();
    for (Socket socket : accepted) {
      socket.close();
    }
    for (Socket socket : dialed) {
      socket.close();
    }
  }

  private void accept() {
    while (!closed) {
      try {
        Socket in = server.accept();
        Socket out = new Socket(LinkProbe.LOOPBACK, target);
        accepted.add(in);
        dialed.add(out);
        Thread.ofVirtual().start(() -> carry(in, out, false));
        Thread.ofVirtual().start(() -> carry(out, in, true));
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  private void carry(Socket from, Socket to, boolean back) {
    byte[] octets = new byte[16 << 10];
    try {
      for (int n = from.getInputStream().read(octets);
          n >= 0;
          n = from.getInputStream().read(octets)) {
        if (held) {
          return;
        }
        if (!back || !oneWay) {
          to.getOutputStream().write(octets, 0, n);
        }
      }
      to.shutdownOutput();
    } catch (IOException _) {
      closeQuietly(from);
      closeQuietly(to);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException _) {
      assert socket.isClosed();
    }
  }
}
