package io.pollux.agent.commands;

import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Flag;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Output;
import io.pollux.agent.convert.SwanctlImport;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** {@code import swanctl}: another daemon's configuration in the words of pollux.conf(5). */
final class ImportCommand {
  private static final String SECRETS = "secrets.conf";

  private ImportCommand() {}

  static Command command() {
    return SimpleCommand.change(
            "import swanctl",
            "FILE [--secrets FILE]",
            "translate strongSwan's swanctl.conf; name what has no counterpart",
            1,
            ImportCommand::run)
        .with(
            Flag.withValue(
                "secrets",
                "FILE",
                "where to write pre-shared keys, mode 0600; never over an existing file"))
        .withDescription(
            """
            Prints a configuration, and on stderr what was left out, each with its line.
            Pre-shared keys are never printed. Includes are not followed. Look the result over,
            then: polluxctl check FILE.

            Exit status 0 if everything was translated, 1 if something was left out.
            Example: polluxd tool import swanctl /etc/swanctl/swanctl.conf --secrets secrets.conf""");
  }

  private static void run(Invocation in, Output out) throws CommandException {
    Path file = in.path(in.require(0, "FILE"));
    SwanctlImport.Result result;
    try {
      String secrets = in.value("secrets").orElse(SECRETS);
      result = SwanctlImport.translate(Files.readString(file), secrets);
      if (in.value("secrets").isPresent() && !result.secrets().isEmpty()) {
        Path target =
            Files.createFile(
                in.path(secrets),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(target, result.secrets());
      }
    } catch (FileAlreadyExistsException there) {
      throw CommandException.data(there.getFile() + " exists and is not overwritten");
    } catch (IOException failed) {
      throw CommandException.data(file + ": " + failed.getMessage());
    } catch (IllegalArgumentException broken) {
      throw CommandException.data(file + ": " + broken.getMessage());
    }
    if (in.json()) {
      out.json(
          j -> j.field("configuration", result.configuration()).strings("notes", result.notes()));
    } else {
      out.out(result.configuration());
      result.notes().forEach(n -> out.errorLine(file + ": " + n));
      if (!result.secrets().isEmpty() && in.value("secrets").isEmpty()) {
        out.errorLine("pre-shared keys were not written; see --secrets");
      }
    }
    out.exit(result.notes().isEmpty() ? ExitStatus.OK : ExitStatus.NEGATIVE);
  }
}
