package io.pollux.agent.runtime;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process {@code openssl ocsp} that answers from {@code index.txt} and {@code ca.pem}. */
record OpensslResponder(Process process, URI url) implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/openssl");
  private static final Pattern PORT = Pattern.compile("ACCEPT .*:(\\d+) PID=");

  static boolean isInstalled() {
    return Files.isExecutable(PROGRAM);
  }

  /** One that listens, at a port that the kernel has chosen. */
  static OpensslResponder start(Path folder, String[] signer, String... more) throws IOException {
    List<String> command = new ArrayList<>(List.of(PROGRAM.toString(), "ocsp", "-port", "0"));
    command.addAll(List.of("-index", "index.txt", "-CA", "ca.pem"));
    command.addAll(List.of(signer));
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    StringBuilder said = new StringBuilder();
    BufferedReader out = process.inputReader();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      said.append(line).append('\n');
      Matcher port = PORT.matcher(said);
      if (line.contains("waiting for OCSP client connections") && port.find()) {
        Thread.ofVirtual().start(() -> drain(process)); // or its log fills the pipe
        return new OpensslResponder(process, URI.create("http://127.0.0.1:" + port.group(1) + "/"));
      }
    }
    process.destroyForcibly();
    throw new IOException("openssl ocsp does not start: " + said);
  }

  private static void drain(Process process) {
    try (BufferedReader out = process.inputReader()) {
      while (out.readLine() != null) {
        // what it says about requests
      }
    } catch (IOException _) {
      // it was killed
    }
  }

  /** Kills it. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
