package io.pollux.it.lab;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs the tests tagged {@code netns} and {@code lab} in this JVM, which {@code ./dev test} started
 * inside the guest.
 *
 * <p>Arguments: a directory for the sums, then directories of compiled tests or, with {@code
 * --class}, one class. The file {@code sums} gets "passed failed skipped"; exit status 1 when a
 * test failed.
 *
 * <p>A test that failed while the machine stood still says nothing about Pollux: nodes are fenced
 * for that. It runs once more, at the end, and that one counts.
 */
public final class LabTests implements TestExecutionListener {
  /** More of them are no accident. */
  private static final int MOST_AGAIN = 6;

  private final PrintStream out;
  private final Stalls stalls = Stalls.watch();
  private final Set<String> again = new LinkedHashSet<>();
  private boolean last;
  private int passed;
  private int failed;
  private int skipped;
  private TestPlan plan;
  private long startedNanos;

  private LabTests(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] arguments) throws IOException {
    Guest.require();
    LabTests listener = new LabTests(System.out);
    LauncherFactory.create().execute(request(arguments), listener);
    listener.last = true;
    if (!listener.again.isEmpty()) {
      LauncherFactory.create().execute(request(listener.again), listener);
    }
    Files.writeString(
        Path.of(arguments[0], "sums"),
        "%d %d %d%n".formatted(listener.passed, listener.failed, listener.skipped));
    System.out.flush();
    System.exit(listener.failed == 0 ? 0 : 1); // whatever threads a failed test left behind
  }

  private static LauncherDiscoveryRequest request(String[] arguments) {
    LauncherDiscoveryRequestBuilder builder =
        request().filters(TagFilter.includeTags("netns", "lab"));
    if (arguments[1].equals("--class")) {
      Stream.of(arguments).skip(2).map(DiscoverySelectors::selectClass).forEach(builder::selectors);
    } else {
      Set<Path> roots = new LinkedHashSet<>();
      Stream.of(arguments).skip(1).map(Path::of).filter(Files::isDirectory).forEach(roots::add);
      builder.filters(TagFilter.excludeTags("long")); // minutes each: by name
      builder.selectors(DiscoverySelectors.selectClasspathRoots(roots));
    }
    return builder.build();
  }

  private static LauncherDiscoveryRequest request(Set<String> tests) {
    return request()
        .selectors(tests.stream().map(DiscoverySelectors::selectUniqueId).toList())
        .build();
  }

  private static LauncherDiscoveryRequestBuilder request() {
    return LauncherDiscoveryRequestBuilder.request()
        // Nothing takes so long: this only ends a test that hangs, and says which.
        .configurationParameter("junit.jupiter.execution.timeout.testable.method.default", "240 s")
        .filters(EngineFilter.includeEngines("junit-jupiter"));
  }

  @Override
  public void testPlanExecutionStarted(TestPlan started) {
    plan = started;
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    startedNanos = System.nanoTime();
  }

  @Override
  public void executionSkipped(TestIdentifier test, String reason) {
    long tests = test.isTest() ? 1 : plan.countTestIdentifiers(inside(test));
    skipped += (int) tests;
    out.println("    skipped: " + name(test) + ": " + reason);
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
      if (test.isTest()) {
        passed++;
        long millis = (System.nanoTime() - startedNanos) / 1_000_000;
        out.println("    passed: " + name(test) + " (" + millis + " ms)");
      }
      return;
    }
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
      skipped++;
      out.println("    skipped: " + name(test) + ": " + message(result));
      return;
    }
    long stoodMillis = stalls.longestSince(startedNanos) / 1_000_000;
    if (test.isTest() && !last && stoodMillis > 0 && again.size() < MOST_AGAIN) {
      again.add(test.getUniqueId());
      out.println(
          "    again, later: %s: the machine stood still for %d ms%n%s"
              .formatted(name(test), stoodMillis, trace(result)));
      return;
    }
    failed++;
    out.println("    failed: " + name(test) + "\n" + trace(result));
  }

  private Predicate<TestIdentifier> inside(TestIdentifier container) {
    return test -> test.isTest() && plan.getDescendants(container).contains(test);
  }

  private static String name(TestIdentifier test) {
    String of =
        switch (test.getSource().orElse(null)) {
          case MethodSource method -> simple(method.getClassName()) + ".";
          case ClassSource _ -> "";
          case null, default -> "";
        };
    return of + test.getDisplayName();
  }

  private static String simple(String className) {
    return className.substring(className.lastIndexOf('.') + 1);
  }

  private static String message(TestExecutionResult result) {
    return result.getThrowable().map(Throwable::getMessage).orElse("aborted");
  }

  private static String trace(TestExecutionResult result) {
    Optional<Throwable> thrown = result.getThrowable();
    StringWriter text = new StringWriter();
    thrown.ifPresent(problem -> problem.printStackTrace(new PrintWriter(text)));
    return text.toString().indent(6);
  }
}
