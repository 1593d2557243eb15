package io.pollux.it.lab;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A program that runs in a guest; see {@code integration-tests/lab/agent.c}. */
final class RemoteProcess extends Process {
  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;

  private final GuestKernel guest;
  private final long id;
  private final CompletableFuture<Integer> status = new CompletableFuture<>();
  private final Inflow out = new Inflow();
  private final Inflow err = new Inflow();
  private final OutputStream in = new Outflow();

  RemoteProcess(GuestKernel guest, long id) {
    this.guest = guest;
    this.id = id;
  }

  private final class Outflow extends OutputStream {
    private boolean closed;

    @Override
    public void write(int octet) {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] octets, int from, int length) {
      guest.say("in", id, octets, from, length);
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        guest.say("eof", id, 0);
      }
    }
  }

  void said(byte[] octets) {
    out.give(octets);
  }

  void complained(byte[] octets) {
    err.give(octets);
  }

  void ended(int exitStatus) {
    status.complete(exitStatus);
  }

  /** Nothing more will be heard of it. */
  void shut() {
    out.end();
    err.end();
  }

  @Override
  public OutputStream getOutputStream() {
    return in;
  }

  @Override
  public InputStream getInputStream() {
    return out;
  }

  @Override
  public InputStream getErrorStream() {
    return err;
  }

  @Override
  public int waitFor() throws InterruptedException {
    try {
      return status.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
    try {
      status.get(timeout, unit);
      return true;
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public int exitValue() {
    Integer value = status.getNow(null);
    if (value == null) {
      throw new IllegalThreadStateException("still running");
    }
    return value;
  }

  @Override
  public boolean isAlive() {
    return !status.isDone();
  }

  @Override
  public void destroy() {
    signal(SIGTERM);
  }

  @Override
  public Process destroyForcibly() {
    signal(SIGKILL);
    return this;
  }

  private void signal(int number) {
    if (isAlive()) {
      guest.say("kill", id, number);
    }
  }
}
