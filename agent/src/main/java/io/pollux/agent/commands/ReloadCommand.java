package io.pollux.agent.commands;

import io.pollux.agent.config.ConfigException;
import io.pollux.agent.control.Command;
import io.pollux.agent.control.Consent;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Flag;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Json;
import io.pollux.agent.control.Output;
import io.pollux.agent.reload.ConfigDiff;
import io.pollux.agent.reload.ConnectionDiff;
import io.pollux.agent.reload.KeyChange;
import io.pollux.agent.reload.ReloadPlan;
import java.util.Locale;
import java.util.Optional;

/** {@code reload}: the difference first, then the deed. */
final class ReloadCommand {
  private final Gateway gateway;

  ReloadCommand(Gateway gateway) {
    this.gateway = gateway;
  }

  Command command() {
    return SimpleCommand.change(
            "reload",
            "[--dry-run] [--yes]",
            "read the configuration again and apply what differs",
            0,
            this::run)
        .with(
            Flag.plain("dry-run", "say what would be done, and do nothing"),
            Flag.plain("yes", "do not ask before SAs end; needed where nobody can answer"))
        .withDescription(
            """
            Prints the difference first. Connections that did not change keep their SAs and
            counters; of a changed one only what has to end does. A configuration that is not
            valid, or that the kernel refuses, changes nothing. In a pair reload the standby
            first: ha status names the keys that differ between the nodes.
            Asks before SAs end; where nobody can be asked that needs --yes.

            Exit status 0 done or nothing to do, 1 refused, 78 the configuration is not valid.
            Example: polluxctl reload --dry-run""");
  }

  private void run(Invocation in, Output out) throws Exception {
    ReloadPlan plan;
    try {
      plan = gateway.planReload();
    } catch (ConfigException wrong) {
      notValid(wrong, in, out);
      return;
    }
    boolean dry = in.has("dry-run");
    Optional<String> ending =
        dry || in.has("yes") ? Optional.empty() : new Announcements(gateway).reload(plan);
    if (ending.isPresent() && !Consent.given(out, ending.get())) {
      return;
    }
    if (!in.json()) {
      text(plan.diff(), out);
    }
    Gateway.Result result =
        dry || plan.diff().isEmpty()
            ? new Gateway.Result(true, dry ? "nothing was changed" : "nothing to do")
            : gateway.reload(plan);
    if (in.json()) {
      out.json(
          j -> {
            j.field("valid", true)
                .field("dryRun", dry)
                .field("ok", result.ok())
                .field("message", result.message());
            json(plan.diff(), j);
          });
    } else if (result.ok()) {
      out.line(result.message());
    } else {
      out.errorLine("polluxctl: " + result.message());
    }
    out.exit(result.ok() ? ExitStatus.OK : ExitStatus.NEGATIVE);
  }

  /** The configuration cannot be used, so it is not. */
  static void notValid(ConfigException wrong, Invocation in, Output out) {
    if (in.json()) {
      out.json(
          j -> {
            j.field("valid", false);
            ToolCommands.problems(j, wrong);
          });
    } else {
      wrong.problems().forEach(p -> out.errorLine(p.toString()));
      out.errorLine("polluxctl: not valid; nothing was changed");
    }
    out.exit(ExitStatus.CONFIGURATION);
  }

  private static void text(ConfigDiff diff, Output out) {
    for (ConnectionDiff c : diff.connections()) {
      out.line(
          c.kind().name().toLowerCase(Locale.ROOT)
              + ": connection "
              + c.name()
              + ": "
              + c.consequence());
      c.keys().forEach(k -> out.line("  " + k));
      if (c.kind() == ConnectionDiff.Kind.CHANGED && c.keys().isEmpty()) {
        out.line("  (the content of a file that it names)");
      }
    }
    diff.secrets()
        .forEach(
            id -> out.line("changed: pre-shared key of " + id + ": from its next authentication"));
    diff.ppks()
        .forEach(
            c ->
                out.line(
                    "changed: post-quantum key of connection "
                        + c
                        + ": from its next authentication"));
    diff.live().forEach(k -> out.line("changed: " + k));
    diff.restart().forEach(k -> out.line("at the next start: " + k));
    out.line("untouched: " + Commands.count(diff.untouched(), "connection"));
  }

  private static void json(ConfigDiff diff, Json j) {
    j.objects(
            "connections",
            diff.connections(),
            (o, c) ->
                o.field("name", c.name())
                    .field("kind", c.kind().name().toLowerCase(Locale.ROOT))
                    .field("startsOver", c.startsOver())
                    .field("consequence", c.consequence())
                    .objects("keys", c.keys(), ReloadCommand::key))
        .field("untouched", diff.untouched())
        .strings("secrets", diff.secrets())
        .strings("ppks", diff.ppks())
        .objects("live", diff.live(), ReloadCommand::key)
        .objects("restart", diff.restart(), ReloadCommand::key);
  }

  private static void key(Json o, KeyChange k) {
    o.field("key", k.key()).field("before", k.before()).field("now", k.now());
  }
}
