package io.pollux.it.demo;

import io.pollux.it.lab.Machine;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** One running {@code labflow run}: opened, started, quiet, stopped, in this order. */
final class LabFlow implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;
  private final BufferedWriter in;
  private final List<String> report = new ArrayList<>();

  private LabFlow(Process process) {
    this.process = process;
    out = process.inputReader();
    in = process.outputWriter();
    expect("ready");
  }

  /** Opens all sockets; nothing is sent yet. */
  static LabFlow on(Machine host, Path labflow, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(labflow.toString(), "run"));
    command.addAll(arguments);
    return new LabFlow(host.open(command, Map.of()));
  }

  void start() {
    say("start");
    report.add(readLine());
  }

  /** Nothing is sent any more; arrivals are still recorded. */
  void quiet() {
    say("quiet");
    expect("quiet");
  }

  /** Ends the process and keeps its report. */
  void stop(Path reportFile) {
    say("stop");
    try {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        report.add(line);
      }
      if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new DemoFailure("labflow did not end well: " + complaint());
      }
      Files.write(reportFile, report);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw Shell.interrupted(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void say(String command) {
    try {
      in.write(command + "\n");
      in.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void expect(String line) {
    String got = readLine();
    if (!line.equals(got)) {
      throw new DemoFailure(
          "labflow said \"%s\" where \"%s\" was expected: %s".formatted(got, line, complaint()));
    }
  }

  private String complaint() {
    process.toHandle().destroyForcibly(); // which leaves its streams open, unlike the process's own
    return process.errorReader().lines().collect(Collectors.joining("; "));
  }

  private String readLine() {
    try {
      return out.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
