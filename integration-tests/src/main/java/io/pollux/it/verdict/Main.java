package io.pollux.it.verdict;

import java.io.PrintStream;
import java.nio.file.Path;

/** Judges kept evidence again: {@code java -cp ... io.pollux.it.verdict.Main FOLDER...}. */
public final class Main {
  private Main() {}

  /** Exits with 0 only if every folder passes. */
  public static void main(String[] folders) {
    PrintStream out =
        new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true);
    boolean good = folders.length > 0;
    for (String folder : folders) {
      Evidence evidence = Evidence.read(Path.of(folder));
      good &=
          evidence.has(MarathonJudge.EVENTS) ? marathon(evidence, out) : scenario(evidence, out);
    }
    System.exit(good ? 0 : 1);
  }

  private static boolean scenario(Evidence evidence, PrintStream out) {
    Verdict v = Judge.judge(evidence);
    out.println(v.name() + ": " + v.outcome().text() + " " + String.join("; ", v.reasons()));
    out.println("  " + v.figures());
    return v.outcome() == Verdict.Outcome.PASS;
  }

  private static boolean marathon(Evidence evidence, PrintStream out) {
    MarathonJudge.Result result = MarathonJudge.judge(evidence);
    out.println("marathon: " + (result.passed() ? "pass" : "fail"));
    result.reasons().forEach(reason -> out.println("  does not hold: " + reason));
    result.figures().forEach((name, value) -> out.printf("%12s  %s%n", value, name));
    return result.passed();
  }
}
