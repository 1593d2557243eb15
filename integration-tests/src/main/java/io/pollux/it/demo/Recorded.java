package io.pollux.it.demo;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Something that is done to the pair under traffic, with all of it recorded: captures of all
 * networks, arrivals of all flows, kernels and peer before and after.
 *
 * @param done what came of it
 * @param figures of the captures
 */
record Recorded<T>(T done, Map<String, String> figures) {
  private static final long DRAIN_MILLIS = 700;

  /** The evidence goes into {@code dir}, which is made anew. */
  static <T> Recorded<T> of(
      Options options,
      Site site,
      Branch branch,
      Flows flows,
      Path dir,
      long warmMillis,
      Supplier<T> what) {
    Shell.script("rm -rf '%1$s' && mkdir -p '%1$s'".formatted(dir));
    site.snapshot(dir, "before");
    branch.saveSas(dir.resolve("peer-sas-before.txt"));
    T done;
    Map<String, String> figures;
    try (Site.Recording captures = site.record(dir);
        LabFlow atBranch =
            site.flow(
                Topology.LAN_BRANCH,
                options.labflow(),
                flows.branchArguments(dir.resolve("arrivals-branch.bin")));
        LabFlow atHub =
            site.flow(
                Topology.LAN_HUB,
                options.labflow(),
                flows.hubArguments(dir.resolve("arrivals-hub.bin")))) {
      atBranch.start();
      atHub.start();
      Shell.pause(warmMillis);
      done = what.get();
      atHub.quiet();
      atBranch.quiet();
      Shell.pause(DRAIN_MILLIS);
      atHub.stop(dir.resolve("flows-hub.txt"));
      atBranch.stop(dir.resolve("flows-branch.txt"));
      captures.stop();
      figures = captures.figures();
    }
    site.snapshot(dir, "after");
    branch.saveSas(dir.resolve("peer-sas-after.txt"));
    return new Recorded<>(done, figures);
  }
}
