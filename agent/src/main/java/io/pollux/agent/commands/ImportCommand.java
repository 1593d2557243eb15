package io.pollux.agent.commands;

import io.pollux.agent.control.Command;
import io.pollux.agent.control.CommandException;
import io.pollux.agent.control.ExitStatus;
import io.pollux.agent.control.Flag;
import io.pollux.agent.control.Invocation;
import io.pollux.agent.control.Output;
import io.pollux.agent.convert.IpsecImport;
import io.pollux.agent.convert.Source;
import io.pollux.agent.convert.SwanctlImport;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code import}: another daemon's configuration in the words of pollux.conf(5). */
final class ImportCommand {
  private static final String SECRETS = "secrets.conf";
  private static final int IKE_PORT = 500;

  private ImportCommand() {}

  /** What a translation is made of. */
  private interface Translation {
    SwanctlImport.Result of(Path file, String secretsFile) throws IOException, CommandException;
  }

  static List<Command> all() {
    return List.of(
        SimpleCommand.change(
                "import swanctl",
                "FILE [--secrets FILE]",
                "translate strongSwan's swanctl.conf; name what has no counterpart",
                1,
                (in, out) ->
                    run(
                        in,
                        out,
                        (file, secrets) ->
                            SwanctlImport.translate(
                                new Source(file, Files.readString(file)), secrets)))
            .with(secretsFlag())
            .withDescription(
                """
                Prints a configuration, and on stderr what was left out, each with its line.
                Files that it includes are read too, and named. Pre-shared keys are never printed.
                Look the result over, then: polluxctl check FILE.

                Exit status 0 if everything was translated, 1 if something was left out.
                Example: polluxctl import swanctl /etc/swanctl/swanctl.conf --secrets secrets.conf"""),
        SimpleCommand.change(
                "import ipsec.conf",
                "FILE [IPSEC-SECRETS] [--secrets FILE]",
                "translate ipsec.conf of strongSwan or libreswan; name what has no counterpart",
                2,
                (in, out) -> run(in, out, (file, secrets) -> ipsec(in, file, secrets)))
            .with(secretsFlag())
            .withDescription(
                """
                Prints a configuration, and on stderr what was left out, each with its line. A
                connection that cannot work without what was left out is left out as a whole.
                IPSEC-SECRETS is ipsec.secrets: pre-shared keys and passphrases are never printed;
                files of keys and certificates stay where they are. What both files include is read
                too, and named. Run it on the gateway itself: its addresses tell left from right, and what
                %defaultroute is. Look the result over, then: polluxctl check FILE.

                Exit status 0 if everything was translated, 1 if something was left out.
                Example: polluxctl import ipsec.conf /etc/ipsec.conf /etc/ipsec.secrets --secrets secrets.conf"""));
  }

  private static Flag secretsFlag() {
    return Flag.withValue(
        "secrets",
        "FILE",
        "where to write pre-shared keys, mode 0600; never over an existing file");
  }

  private static SwanctlImport.Result ipsec(Invocation in, Path file, String secretsFile)
      throws IOException, CommandException {
    Optional<Source> secrets = Optional.empty();
    List<String> notes = new ArrayList<>();
    if (in.argument(1).isPresent()) {
      Path keys = in.path(in.argument(1).get());
      secrets = Optional.of(new Source(keys, Files.readString(keys)));
      IpsecImport.openTo(keys).ifPresent(note -> notes.add("secrets: " + note));
    }
    SwanctlImport.Result result =
        IpsecImport.translate(
            new Source(file, Files.readString(file)), secrets, secretsFile, new ThisMachine());
    notes.addAll(result.notes());
    return new SwanctlImport.Result(
        result.configuration(), result.secrets(), result.keyFiles(), notes, result.files());
  }

  /** Asks the kernel; nothing is sent. */
  private static final class ThisMachine implements IpsecImport.Host {
    @Override
    public boolean owns(InetAddress address) {
      try {
        return NetworkInterface.getByInetAddress(address) != null;
      } catch (SocketException unknown) {
        return false;
      }
    }

    @Override
    public Optional<InetAddress> towards(InetAddress peer) {
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.connect(new InetSocketAddress(peer, IKE_PORT)); // looks up the route
        InetAddress own = socket.getLocalAddress();
        return own.isAnyLocalAddress() ? Optional.empty() : Optional.of(own);
      } catch (IOException | java.io.UncheckedIOException noRoute) {
        return Optional.empty();
      }
    }
  }

  private static void write(Invocation in, String secretsFile, SwanctlImport.Result result)
      throws IOException, CommandException {
    Map<Path, String> files = new LinkedHashMap<>();
    for (Map.Entry<String, String> key : result.keyFiles().entrySet()) {
      files.put(in.path(key.getKey()), key.getValue() + "\n");
    }
    if (!result.secrets().isEmpty()) {
      files.put(in.path(secretsFile), result.secrets());
    }
    for (Path file : files.keySet()) {
      if (Files.exists(file)) {
        throw new FileAlreadyExistsException(file.toString()); // before any of them is there
      }
    }
    for (Map.Entry<Path, String> file : files.entrySet()) {
      Path target =
          Files.createFile(
              file.getKey(),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(target, file.getValue());
    }
  }

  private static void run(Invocation in, Output out, Translation translation)
      throws CommandException {
    Path file = in.path(in.require(0, "FILE"));
    SwanctlImport.Result result;
    try {
      String secrets = in.value("secrets").orElse(SECRETS);
      result = translation.of(file, secrets);
      if (in.value("secrets").isPresent()) {
        write(in, secrets, result);
      }
    } catch (FileAlreadyExistsException there) {
      throw CommandException.data(there.getFile() + " exists and is not overwritten");
    } catch (NoSuchFileException missing) {
      throw CommandException.data(missing.getFile() + " does not exist");
    } catch (IOException failed) {
      throw CommandException.data(file + ": " + failed.getMessage());
    } catch (IllegalArgumentException broken) {
      throw CommandException.data(file + ": " + broken.getMessage());
    }
    if (in.json()) {
      out.json(
          j ->
              j.field("configuration", result.configuration())
                  .strings("notes", result.notes())
                  .strings("included", result.files().stream().map(Path::toString).toList()));
    } else {
      out.out(result.configuration());
      result.files().forEach(f -> out.errorLine(file + ": includes " + f));
      result.notes().forEach(n -> out.errorLine(file + ": " + n));
      if (result.hasSecrets() && in.value("secrets").isEmpty()) {
        out.errorLine("secrets were not written; see --secrets");
      }
    }
    out.exit(result.notes().isEmpty() ? ExitStatus.OK : ExitStatus.NEGATIVE);
  }
}
