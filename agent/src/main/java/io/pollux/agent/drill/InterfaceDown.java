package io.pollux.agent.drill;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An interface that is down until this is closed. A shell holds it down and waits for the end of
 * its input: so it comes up again, with the routes that the kernel drops with it, even if this
 * process is killed.
 */
final class InterfaceDown implements AutoCloseable {
  private static final long UP_SECONDS = 30;

  /** Routes of the kernel come back by themselves, those of Pollux (112) are Pollux's to set. */
  private static final String SCRIPT =
      """
      trap '' HUP INT TERM
      dev=$1
      keep=/proc/sys/net/ipv6/conf/$dev/keep_addr_on_down
      old=
      [ ! -w "$keep" ] || { old=$(cat "$keep"); echo 1 >"$keep"; }
      routes() { ip "$1" -o route show table all dev "$dev" 2>/dev/null | grep -v -E ' proto (kernel|112|ra)( |$)' | sed 's/ linkdown//g; s/ dead//g'; }
      four=$(routes -4)
      six=$(routes -6)
      back() {
        [ -z "$2" ] || echo "$2" | while read -r route; do ip "$1" route replace $route dev "$dev"; done
      }
      ip link set dev "$dev" down && echo down
      read -r _
      ip link set dev "$dev" up
      back -4 "$four"
      back -6 "$six"
      [ -z "$old" ] || echo "$old" >"$keep"
      echo up
      """;

  private final Process shell;
  private final BufferedReader said;

  private InterfaceDown(Process shell) {
    this.shell = shell;
    this.said = shell.inputReader(StandardCharsets.UTF_8);
  }

  /**
   * Takes it down.
   *
   * @throws IOException it is not down, with the reason
   */
  static InterfaceDown take(String name) throws IOException {
    Process shell =
        new ProcessBuilder("sh", "-c", SCRIPT, "sh", name).redirectErrorStream(true).start();
    InterfaceDown down = new InterfaceDown(shell);
    String line = down.said.readLine();
    if (!"down".equals(line)) {
      down.close();
      throw new IOException("cannot take " + name + " down: " + line);
    }
    return down;
  }

  /** Brings it up again; returns what the shell had to say about routes that did not come back. */
  List<String> up() throws IOException {
    List<String> troubles = new ArrayList<>();
    shell.outputWriter(StandardCharsets.UTF_8).close();
    String line;
    while ((line = said.readLine()) != null && !line.equals("up")) {
      troubles.add(line);
    }
    return troubles;
  }

  @Override
  public void close() {
    try {
      shell.getOutputStream().close();
      shell.waitFor(UP_SECONDS, TimeUnit.SECONDS);
    } catch (IOException ended) {
      // Then it is up already.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
