package io.pollux.agent.commands;

import io.pollux.agent.config.ConfigException;
import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Flag;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Json;
import io.pollux.agent.control.Output;
import io.pollux.agent.selftest.MachineTest;
import io.pollux.agent.selftest.WarmUp;
import io.pollux.ha.link.NodeIdentity;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Commands that need no daemon. */
final class ToolCommands {
  private static final String DEFAULT_CONFIG = "/etc/pollux/pollux.conf";

  private ToolCommands() {}

  /** Those that read and write the caller's files, with the caller's rights: never in a daemon. */
  static List<Command> local() {
    List<Command> all = new ArrayList<>(ImportCommand.all());
    Collections.addAll(
        all,
        SimpleCommand.look(
                "check",
                "[FILE]",
                "check a configuration and touch nothing",
                1,
                ToolCommands::check)
            .withDescription(
                "Names every problem with file, line, key and what was expected.\nFILE: "
                    + DEFAULT_CONFIG
                    + " unless given.\nAs root: whether the user pollux could read it, if there is"
                    + " one."),
        SimpleCommand.change(
                "pki node-identity",
                "--out FILE [--name NAME] | --show FILE",
                "make this node's key and certificate for the link",
                0,
                ToolCommands::nodeIdentity)
            .with(
                Flag.withValue(
                    "out",
                    "FILE",
                    "where to write them, mode 0600; an existing file is never overwritten"),
                Flag.withValue("name", "NAME", "the certificate's name, for people"),
                Flag.withValue("show", "FILE", "print the fingerprint of an existing one")),
        SimpleCommand.look(
                "self-test",
                "[--machine]",
                "negotiate, rekey and take over in memory: does this Java run Pollux?",
                0,
                ToolCommands::selfTest)
            .with(
                Flag.plain(
                    "machine", "also try netlink, sockets and the link's TLS, changing nothing")));
    return List.copyOf(all);
  }

  /** The version of whoever is asked: of the daemon that runs, if one runs. */
  static Command version() {
    return SimpleCommand.look("version", "", "print the version", 0, ToolCommands::version);
  }

  private static void check(Invocation in, Output out) throws CommandException {
    Path file = in.path(in.argument(0).orElse(DEFAULT_CONFIG));
    try {
      PolluxConfig config = ConfigLoader.check(file);
      if (in.json()) {
        out.json(
            j ->
                j.field("valid", true)
                    .field("file", file.toString())
                    .field("connections", config.connections().size()));
      } else {
        out.line(
            file
                + ": valid; "
                + Commands.count(config.connections().size(), "connection")
                + ", "
                + (config.ha().isPresent() ? "half of a pair" : "no pair"));
      }
    } catch (ConfigException wrong) {
      if (in.json()) {
        out.json(
            j -> {
              j.field("valid", false).field("file", file.toString());
              problems(j, wrong);
            });
      } else {
        wrong.problems().forEach(p -> out.errorLine(p.toString()));
      }
      out.exit(ExitStatus.CONFIGURATION);
    }
  }

  static void problems(Json j, ConfigException wrong) {
    j.objects(
        "problems",
        wrong.problems(),
        (o, p) -> o.field("where", p.where()).field("key", p.key()).field("message", p.message()));
  }

  private static void nodeIdentity(Invocation in, Output out) throws CommandException {
    try {
      NodeIdentity identity;
      if (in.value("show").isPresent()) {
        identity = NodeIdentity.read(in.path(in.value("show").get()));
      } else {
        String target =
            in.value("out")
                .orElseThrow(() -> CommandException.usage("pki node-identity: missing --out FILE"));
        identity = NodeIdentity.generate(in.value("name").orElse("pollux"), new SecureRandom());
        identity.write(in.path(target));
      }
      if (in.json()) {
        out.json(j -> j.field("fingerprint", identity.fingerprint().toString()));
      } else {
        out.line(identity.fingerprint().toString());
      }
    } catch (FileAlreadyExistsException there) {
      throw CommandException.data(there.getFile() + " exists and is not overwritten");
    } catch (IOException failed) {
      throw CommandException.data(failed.getMessage());
    }
  }

  private static void selfTest(Invocation in, Output out) throws Exception {
    long began = System.nanoTime();
    List<String> done = new ArrayList<>(WarmUp.run());
    if (in.has("machine")) {
      done.addAll(MachineTest.run());
    }
    long millis = (System.nanoTime() - began) / 1_000_000;
    if (in.json()) {
      out.json(j -> j.field("ok", true).field("millis", millis).strings("done", done));
    } else {
      done.forEach(out::line);
      out.line("all well after " + millis + " ms");
    }
  }

  static String versionText() {
    String version = ToolCommands.class.getPackage().getImplementationVersion();
    return version == null ? "development build" : version;
  }

  private static void version(Invocation in, Output out) {
    String shown = versionText();
    if (in.json()) {
      out.json(j -> j.field("version", shown).field("java", Runtime.version().toString()));
    } else {
      out.line("pollux " + shown + ", Java " + Runtime.version());
    }
  }
}
