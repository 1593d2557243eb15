package io.pollux.it.interop;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;

/** Prints what both daemons logged when a test has failed. */
final class Evidence
    implements AfterTestExecutionCallback, LifecycleMethodExecutionExceptionHandler {
  private static final int LINES = 45;
  private static final AtomicReference<Lab> CURRENT = new AtomicReference<>();
  private static final Map<String, Supplier<String>> MORE = new ConcurrentHashMap<>();

  static void of(Lab lab) {
    CURRENT.set(lab);
  }

  /** The log of one more daemon of the current lab. */
  static void more(String who, Supplier<String> log) {
    MORE.put(who, log);
  }

  static void done() {
    MORE.clear();
    CURRENT.set(null);
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      show();
    }
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable problem)
      throws Throwable {
    show();
    throw problem;
  }

  /** Prints it now. */
  static void show() {
    Optional.ofNullable(CURRENT.get())
        .ifPresent(
            lab -> {
              Optional.ofNullable(lab.pollux).ifPresent(p -> tail("Pollux", p.log()));
              Optional.ofNullable(lab.swan).ifPresent(s -> tail("strongSwan", s.log()));
              Optional.ofNullable(lab.libreswan).ifPresent(l -> tail("libreswan", l.log()));
              MORE.forEach((who, log) -> tail(who, log.get()));
              KernelSa.in("pollux").forEach(sa -> line(sa.toString()));
            });
  }

  private static void tail(String who, String log) {
    System.out.println("      --- " + who);
    long skip = Math.max(0, log.lines().count() - LINES);
    log.lines().skip(skip).forEach(Evidence::line);
  }

  private static void line(String text) {
    System.out.println("      | " + text);
  }
}
