package io.pollux.it.demo;

import io.pollux.it.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

final class Report {
  private final Options options;
  private final Branch branch;
  private final List<Drill.Run> runs;

  Report(Options options, Branch branch, List<Drill.Run> runs) {
    this.options = options;
    this.branch = branch;
    this.runs = runs;
  }

  boolean write(Progress progress) throws IOException {
    Files.createDirectories(options.report());
    for (Drill.Run r : runs) {
      progress.print(branch.description() + " " + r.scenario().text() + " " + r.verdict() + "\n");
    }
    return runs.stream().allMatch(r -> r.verdict().outcome() == Verdict.Outcome.PASS);
  }
}
