package io.pollux.it.demo;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What the demo says while it works: one line each, with the seconds since it began. */
final class Progress {
  private final PrintStream out =
      new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
  private final long began = System.nanoTime();

  void say(String line) {
    out.printf("%6.1f s  %s%n", seconds(), line);
  }

  /** Without the time: tables. */
  void print(String text) {
    out.print(text);
    out.flush();
  }

  double seconds() {
    return (System.nanoTime() - began) / 1e9;
  }
}
