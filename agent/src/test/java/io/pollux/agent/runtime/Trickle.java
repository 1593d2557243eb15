package io.pollux.agent.runtime;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A web server whose answers begin and never end: an octet comes every ten milliseconds. */
final class Trickle implements AutoCloseable {
  private final ServerSocket socket = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger given = new AtomicInteger();
  private final String beginning;

  /** Sends {@code beginning} at once, then zeros. */
  Trickle(String beginning) throws IOException {
    this.beginning = beginning;
    Thread.ofVirtual().start(this::accept);
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
  }

  /** How many answers were begun and then given up by who asked. */
  int givenUp() {
    return given.get();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      OutputStream out = client.getOutputStream();
      out.write(beginning.getBytes(StandardCharsets.US_ASCII));
      while (!closed.await(10, TimeUnit.MILLISECONDS)) {
        out.write('0');
      }
    } catch (IOException _) {
      given.incrementAndGet();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    socket.close();
  }
}
