package io.pollux.it.lab;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The Ethernet segments between guests: one {@code pollux-switch} ({@code
 * integration-tests/lab/switch.c}), which also captures, with one clock for all.
 */
public final class Wires implements AutoCloseable {
  private final Path directory;
  private final Process process;
  private final BufferedReader out;
  private final BufferedWriter in;

  /**
   * @param launcher the lab's {@code pollux-lab}; {@code pollux-switch} lies beside it
   * @param directory where the segments' sockets go; its path is short (a socket's is at most 107)
   */
  public Wires(Path launcher, Path directory, List<String> segments) {
    this.directory = directory;
    List<String> words =
        new ArrayList<>(List.of(launcher.resolveSibling("pollux-switch").toString()));
    segments.forEach(segment -> words.add(segment + "=" + socket(segment)));
    try {
      process = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out = process.inputReader();
    in = process.outputWriter();
    expect("ready");
  }

  private Path socket(String segment) {
    return directory.resolve(segment + ".sock");
  }

  /** A guest's network device on a segment, for {@link GuestKernel}. */
  public String device(String segment, String mac) {
    return socket(segment) + "," + mac;
  }

  /** From now on every frame of these segments is written to {@code DIR/SEGMENT.pcap}. */
  public void capture(Path dir, List<String> segments) {
    say("capture " + dir + " " + String.join(" ", segments));
    expect("capturing");
  }

  /** Completes the files. */
  public void stopCapture() {
    say("stop");
    expect("stopped");
  }

  private void say(String line) {
    try {
      in.write(line + "\n");
      in.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void expect(String line) {
    try {
      String said = out.readLine();
      if (!line.equals(said)) {
        throw new AssertionError("the switch said " + said + " where " + line + " was expected");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      in.close();
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException _) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
