package io.pollux.it.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The stand-in's other end: manually keyed SAs, no IKE. */
record ManualBranch(Path log, int tunnels) implements Branch {

  @Override
  public String description() {
    return "manually keyed";
  }

  @Override
  public void start() {
    Shell.script(ManualKeys.branchScript(tunnels));
  }

  @Override
  public void connect() {
    // The SAs stand already.
  }

  @Override
  public void rekey() {
    throw new DemoFailure("manually keyed SAs are not rekeyed");
  }

  @Override
  public void saveSas(Path file) {
    try {
      Files.writeString(file, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    // Dies with its namespace.
  }
}
