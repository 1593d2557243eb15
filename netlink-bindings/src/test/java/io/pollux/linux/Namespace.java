package io.pollux.linux;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace of a test's own: a thread that has left the process's namespace, and works
 * there what it is given. Sockets made by it belong to the namespace for ever. Refuses to be the
 * namespace that the machine started with.
 */
public final class Namespace implements AutoCloseable {
  /** Work without a result. */
  public interface Work {
    void run() throws Exception;
  }

  private static final int DEADLINE_S = 60;

  private final LinkedBlockingQueue<Runnable> work = new LinkedBlockingQueue<>();
  private final Thread thread;
  private final int tid;

  public Namespace(String name) throws Exception {
    thread = Thread.ofPlatform().name("netns-" + name).daemon().start(this::loop);
    tid =
        call(
            () -> {
              String before = identity();
              Fd.check("unshare", "CLONE_NEWNET", LibC.C.unshare(LinuxAbi.CLONE_NEWNET));
              if (identity().equals(before) || identity().equals(initial())) {
                throw new IllegalStateException("still in a namespace that is not the test's");
              }
              return LinuxThread.id();
            });
  }

  private static String identity() throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
  }

  /**
   * That of the first process; empty where it is hidden (a namespace just made is never that one).
   */
  private static String initial() throws IOException {
    try {
      return Files.readSymbolicLink(Path.of("/proc/1/ns/net")).toString();
    } catch (AccessDeniedException hidden) {
      return "";
    }
  }

  private void loop() {
    try {
      while (true) {
        work.take().run();
      }
    } catch (InterruptedException closed) {
      // close() ends it, and with its thread and its last socket the namespace.
    }
  }

  /** Works something in the namespace. */
  public <T> T call(Callable<T> task) throws Exception {
    CompletableFuture<T> result = new CompletableFuture<>();
    work.add(
        () -> {
          try {
            result.complete(task.call());
          } catch (Throwable e) {
            result.completeExceptionally(e);
          }
        });
    try {
      return result.get(DEADLINE_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Error error -> throw error;
        case Exception exception -> throw exception;
        default -> throw e;
      }
    }
  }

  /** Works something in the namespace. */
  public void run(Work task) throws Exception {
    call(
        () -> {
          task.run();
          return null;
        });
  }

  /** A descriptor of the namespace, for moving devices there; the caller closes it. */
  public int openFd() {
    String path = "/proc/self/task/" + tid + "/ns/net";
    return Fd.check("open", path, LibC.C.open(path, LinuxAbi.O_RDONLY | LinuxAbi.O_CLOEXEC));
  }

  /** Closes what {@link #openFd} gave. */
  public static void closeFd(int number) {
    LibC.C.close(number);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
