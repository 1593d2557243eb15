package io.pollux.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files with secrets that somebody has mistyped: the secret of all of them is "sesame". */
class SecretFilesTest {
  private static final String CONFIGURATION =
      """
      secrets = [ secrets.conf ]
      connections { site {
        local { address = 192.0.2.100, id = gw.example }
        remote { address = 192.0.2.2, id = peer.example }
        children { net { local-ts = ["10.1.0.0/16"], remote-ts = ["10.2.0.0/16"] } }
      } }
      """;

  @TempDir Path folder;

  private Path secrets(String text) throws Exception {
    Path file = Files.writeString(folder.resolve("secrets.conf"), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return Files.writeString(folder.resolve("pollux.conf"), CONFIGURATION);
  }

  private String problems(String text) throws Exception {
    Path file = secrets(text);
    ConfigException refused =
        catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(file));
    assertThat(refused).as(text).isNotNull();
    return refused.getMessage();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "psk = \"the sesame word\"",
        "psk = sesame",
        "psk = [ \"the sesame word\" ]",
        "psk { \"peer.example\" = { \"sesame\" = 1 } }",
        "psk { \"peer.example\" = { key = \"sesame\" } }",
        "psk { \"peer.example\" = [ \"sesame\" ] }",
        "psk { \"sesame\" = null }",
        "psk { peer.example = \"the sesame word\" }",
        "psk { \"the sesame word\" = \"peer.example\" }",
        "psk { \"sesame=sesame\" = \"peer.example\" }",
        "psk { \"sesame\" = \"peer\" }",
        "psk { \"peer.example\" = \"0xsesame-sesame\" }",
        "psk { \"peer.example\" = \"0ssesame-sesame\" }",
        "psk { \"peer.example\" = sesame",
        "psk { \"peer.example\" = \"the sesame word }",
        "psk { \"peer.example\" = the sesame } word }",
        "psk { \"peer.example\" = ${sesame} }",
        "psk { \"peer.example\" = the ${sesame} word }",
        "psk { \"peer.example\" \"the sesame word\" }",
        "psk \"the sesame word\"",
        "psk = ${sesame}",
        "psk = ${sesame} { }",
        "passphrases = \"sesame\"",
        "passphrases { \"key.pem\" = { \"sesame\" = 1 } }",
        "passphrases { key.pem = \"sesame\" }",
        "\"peer.example\" = \"the sesame word\"",
        "sesame = 1",
        "sesame { }",
        "open:sesame",
        "sesame",
        "\"sesame\"",
        "[ \"sesame\" ]",
        "c2VzYW1lsesame==",
        "include required(file(\"sesame\"))",
      })
  void whatIsInTheFileIsNeverQuoted(String text) throws Exception {
    assertThat(problems(text)).contains("secrets.conf").doesNotContainIgnoringCase("sesame");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          psk = "sesame"                       | secrets.conf:2: psk: expected a section { ... }, found a string
          psk = 5353535353                     | secrets.conf:2: psk: expected a section { ... }, found a number
          pks { "peer.example" = "sesame" }    | secrets.conf:2: has a key that is not known here; did you mean psk?
          sesame { }                           | secrets.conf:2: has a key that is not known here; known here: psk, passphrases
          psk { peer.example = "sesame" }      | secrets.conf:2: psk: an entry is a section; expected "NAME" = "text", both in quotes
          psk { "the word" = "peer.example" }  | secrets.conf:2: psk: an entry is not of an identity
          psk { "peer.example" = "word" }      | secrets.conf:2: psk: an entry is shorter than 8 octets
          psk { "peer.example" = "0xyz" }      | secrets.conf:2: psk: an entry cannot be read; expected text, 0x
          psk { "peer.example" = ${word} }     | secrets.conf:2: has a substitution ${...} that stands for nothing here
          psk { "peer.example" = word } }      | secrets.conf:2: is not valid HOCON
          """)
  void theMistakeIsNamedWithItsLine(String text, String words) throws Exception {
    assertThat(problems("# of the test\n" + text)).contains(words.strip());
  }

  @Test
  void whatLooksLikeANumberIsTextToo() throws Exception {
    Path file = secrets("psk { \"peer.example\" = 12345678 }");
    assertThat(ConfigLoader.load(file).secrets().size()).isEqualTo(1);
  }

  @Test
  void nullIsAMistakeLikeAnother() throws Exception {
    Path file = secrets("psk { \"peer.example\" = \"the sesame word\" }");
    Files.writeString(file, "ike { port = null }\n" + CONFIGURATION);
    assertThat(catchThrowableOfType(ConfigException.class, () -> ConfigLoader.load(file)))
        .hasMessageContaining(
            "pollux.conf:1: ike.port: is null; expected a number from 1 to 65535");
  }
}
