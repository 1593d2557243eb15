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
      Verdict v = Judge.judge(Evidence.read(Path.of(folder)));
      out.println(v.name() + ": " + v.outcome().text() + " " + String.join("; ", v.reasons()));
      out.println("  " + v.figures());
      good &= v.outcome() == Verdict.Outcome.PASS;
    }
    System.exit(good ? 0 : 1);
  }
}
