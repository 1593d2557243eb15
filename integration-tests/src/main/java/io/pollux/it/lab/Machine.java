package io.pollux.it.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Something that runs programs: a network namespace of this kernel, or a guest kernel. */
public interface Machine {
  /**
   * Starts a program whose three streams are pipes to here.
   *
   * @param environment added to the machine's own
   */
  Process open(List<String> command, Map<String, String> environment);

  /** Starts a program without input; what it says is appended to a file of this machine here. */
  Process background(List<String> command, Map<String, String> environment, Path log);

  /**
   * Runs a program to its end.
   *
   * @throws AssertionError when it has not ended after LIMIT; it is killed then
   */
  default Ran run(List<String> command, Map<String, String> environment, Duration limit) {
    return Commands.finish(open(command, environment), String.join(" ", command), "", limit);
  }
}
