package io.pollux.agent.drill;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Numbered probes to one target, sent by a shell here or, behind the words of {@code via}, where a
 * host behind the pair is: {@code ping} for ICMP, {@code nc} for TCP. Answers are counted when
 * their line arrives.
 */
final class Prober implements AutoCloseable {
  private static final Pattern ANSWER =
      Pattern.compile("^(?:.*bytes from .*\\b(?:icmp_seq|icmp_req|seq)|answer)=(\\d{1,18})\\b.*");
  private static final int LONGEST_SECONDS = 7200; // if nobody ends it

  private final Target target;
  private final ProbeLog log = new ProbeLog();
  private final Process process;
  private final Thread reader;
  private volatile String lastLine = "";

  private Prober(Target target, Process process, Optional<Path> file) {
    this.target = target;
    this.process = process;
    this.reader = Thread.ofVirtual().start(() -> read(file));
  }

  /**
   * Starts them.
   *
   * @param file keeps what the program says, each line with its time
   */
  static Prober start(Target target, Settings settings, Optional<Path> file) throws IOException {
    List<String> words = new ArrayList<>(settings.via());
    words.addAll(List.of("sh", "-s"));
    Process process =
        new ProcessBuilder(words).redirectErrorStream(true).redirectInput(Redirect.PIPE).start();
    Prober prober = new Prober(target, process, file);
    try (Writer script = process.outputWriter(StandardCharsets.UTF_8)) {
      script.write(script(target, settings));
    } catch (IOException gone) {
      // It has ended already: why, stands in its last line, and no answer will come.
    }
    return prober;
  }

  /** What the shell is given. Addresses and numbers alone go into it. */
  static String script(Target target, Settings settings) {
    String every =
        String.format(
            Locale.ROOT,
            "%d.%03d",
            settings.intervalMillis() / 1000,
            settings.intervalMillis() % 1000);
    String host = target.address().getHostAddress();
    if (target.port().isEmpty()) {
      return "LC_ALL=C; export LC_ALL\nexec ping -n -i %s -W 1 -w %d -s %d %s%s\n"
          .formatted(
              every,
              LONGEST_SECONDS,
              settings.size(),
              settings.source().map(s -> "-I " + s + " ").orElse(""),
              host);
    }
    return """
        n=0
        while [ $n -lt %d ]; do
          n=$((n + 1))
          (nc -z -w 1 %s%s %d </dev/null >/dev/null 2>&1 && echo "answer=$n") &
          sleep %s
        done
        """
        .formatted(
            LONGEST_SECONDS * 1000 / settings.intervalMillis(),
            settings.source().map(s -> "-s " + s + " ").orElse(""),
            host,
            target.port().getAsInt(),
            every);
  }

  /** The number of the probe that this line is the answer to. */
  static OptionalLong answered(String line) {
    Matcher found = ANSWER.matcher(line);
    return found.matches() ? OptionalLong.of(Long.parseLong(found.group(1))) : OptionalLong.empty();
  }

  private void read(Optional<Path> file) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        Writer kept =
            file.isPresent() ? Files.newBufferedWriter(file.get()) : Writer.nullWriter()) {
      String line;
      while ((line = lines.readLine()) != null) {
        long now = System.nanoTime();
        answered(line).ifPresent(n -> log.add(n, now));
        lastLine = line;
        kept.write(Instant.now() + " " + line + "\n");
        kept.flush();
      }
    } catch (IOException ended) {
      // Closed: what came until now counts.
    }
  }

  Target target() {
    return target;
  }

  ProbeLog log() {
    return log;
  }

  /** What the program said last. */
  String lastLine() {
    return lastLine;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      reader.join(java.time.Duration.ofSeconds(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
