package io.pollux.agent.guard;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The guard on disk, which an upgrade may have replaced. An engine of its version cannot work under
 * the running guard if the page that both share has changed.
 */
public final class InstalledGuard {
  private static final Pattern PAGE = Pattern.compile("(?m)^guard page (\\d{1,9})$");
  private static final int MOST_OCTETS = 1000;
  private static final int LIMIT_S = 5;

  private InstalledGuard() {}

  /**
   * Why the next engine could not work under the guard of this one; empty if it can, and where no
   * guard is installed beside these classes.
   */
  public static Optional<String> misfit() {
    return beside(InstalledGuard.class).flatMap(InstalledGuard::misfit);
  }

  static Optional<String> misfit(Path polluxd) {
    Optional<Integer> page = page(polluxd);
    if (page.isEmpty() || page.get() == PageLayout.VERSION_VALUE) {
      return Optional.empty();
    }
    return Optional.of(
        "the installed version has another guard page (%d, the running guard %d), so its engine cannot start under this guard"
            .formatted(page.get(), PageLayout.VERSION_VALUE));
  }

  /** {@code bin/polluxd} beside the {@code lib} that holds this class's jar. */
  private static Optional<Path> beside(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    try {
      Path jar = Path.of(source.getLocation().toURI());
      Path program = jar.resolveSibling("../bin/polluxd").normalize();
      return Optional.of(program).filter(Files::isExecutable);
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  private static Optional<Integer> page(Path polluxd) {
    try {
      Process process =
          new ProcessBuilder(polluxd.toString(), "--version")
              .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
              .redirectError(Redirect.DISCARD)
              .start();
      if (!process.waitFor(LIMIT_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      try (InputStream out = process.getInputStream()) {
        Matcher said =
            PAGE.matcher(new String(out.readNBytes(MOST_OCTETS), StandardCharsets.US_ASCII));
        return said.find() ? Optional.of(Integer.parseInt(said.group(1))) : Optional.empty();
      }
    } catch (IOException _) {
      return Optional.empty();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
