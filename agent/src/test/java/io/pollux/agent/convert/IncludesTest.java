package io.pollux.agent.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code include}, as swanctl.conf, ipsec.conf and ipsec.secrets have it. */
class IncludesTest {
  /** What Debian's package strongswan-swanctl installs, shortened. */
  private static final String STOCK =
      """
      # Section defining IKE connection configurations.
      # connections {

          # Section for an IKE connection named <conn>.
          # <conn> {
          # }
      # }

      # Include config snippets
      include conf.d/*.conf
      """;

  private static final String BRANCH =
      """
      connections {
        branch {
          local_addrs = 203.0.113.1
          remote_addrs = 203.0.113.20
          vips = 10.9.0.0
          children {
            lan {
              local_ts = 10.1.0.0/24
              remote_ts = 10.2.0.0/24
            }
          }
        }
      }
      """;

  private static final String KEYS =
      """
      secrets
      {
        ike-branch {
          id = 203.0.113.20
          secret = "long enough for this"
        }
      }
      """;

  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private SwanctlImport.Result swanctl(String text) throws IOException {
    Path file = write("swanctl.conf", text);
    return SwanctlImport.translate(new Source(file, text), "secrets.conf");
  }

  @Test
  void aStockFileWithNothingBesideItIsAnEmptyConfiguration() throws Exception {
    SwanctlImport.Result result = swanctl(STOCK);
    assertThat(result.configuration()).isEqualTo("connections {\n}\n");
    assertThat(result.notes()).isEmpty();
    assertThat(result.files()).isEmpty();
  }

  @Test
  void snippetsBesideAStockFileAreTranslated() throws Exception {
    Path branch = write("conf.d/branch.conf", BRANCH);
    Path keys = write("conf.d/secrets.conf", KEYS);
    write("conf.d/.hidden.conf", "not a configuration");
    write("conf.d/branch.conf~", "not a configuration");
    SwanctlImport.Result result = swanctl(STOCK);
    assertThat(result.configuration()).contains("\"branch\" {", "10.2.0.0/24");
    assertThat(result.secrets()).contains("\"203.0.113.20\" = \"long enough for this\"");
    assertThat(result.files()).containsExactly(branch, keys);
    assertThat(result.notes())
        .containsExactly("line 5 of " + branch + ": connections.branch.vips has no counterpart");
  }

  @Test
  void aRelativeNameStartsAtTheFileThatItStandsIn() throws Exception {
    write("sites/berlin.conf", "include parts/[!b]?n.conf # here\n");
    Path lan = write("sites/parts/lan.conf", BRANCH);
    write("sites/parts/ban.conf", "broken");
    write("parts/lan.conf", "broken");
    assertThat(swanctl("include s*/berlin.conf\n").files())
        .containsExactly(folder.resolve("sites/berlin.conf"), lan);
    assertThat(swanctl("include \"" + folder + "/sites/parts/lan.conf\"\n").files())
        .containsExactly(lan);
  }

  @Test
  void anIncludeInsideOfASectionFillsIt() throws Exception {
    write("local.conf", "local_addrs = 203.0.113.1\n");
    assertThat(swanctl("connections { a { include local.conf } }\n").configuration())
        .contains("address = \"203.0.113.1\"");
  }

  @Test
  void filesThatIncludeThemselvesEnd() throws Exception {
    Path one = write("conf.d/a.conf", "include *.conf\n");
    Path two = write("conf.d/b.conf", "include *.conf\n");
    assertThat(swanctl(STOCK).notes())
        .containsExactly(
            "line 1 of " + one + ": " + one + " includes itself, and is not read again",
            "line 1 of " + two + ": " + one + " includes itself, and is not read again",
            "line 1 of " + two + ": " + two + " includes itself, and is not read again",
            "line 1 of " + one + ": " + one + " includes itself, and is not read again",
            "line 1 of " + one + ": " + two + " includes itself, and is not read again",
            "line 1 of " + two + ": " + two + " includes itself, and is not read again");
  }

  @Test
  void depthIsBounded() throws Exception {
    for (int i = 0; i < 20; i++) {
      write("deep/" + i, "include " + (i + 1) + "\n");
    }
    SwanctlImport.Result result = swanctl("include deep/0\n");
    assertThat(result.files()).hasSize(16);
    assertThat(result.notes())
        .containsExactly(
            "line 1 of %s: %s is one include too many, and is not read"
                .formatted(folder.resolve("deep/15"), folder.resolve("deep/16")));
  }

  @Test
  void whatCannotBeReadIsNoted() throws Exception {
    Path odd = folder.resolve("conf.d/odd.conf");
    Files.createDirectories(odd);
    Path latin = folder.resolve("conf.d/umlaut.conf");
    Files.write(latin, new byte[] {(byte) 0xfc, '\n'});
    assertThat(swanctl(STOCK).notes())
        .containsExactly(
            "line 10: " + odd + " is no file with a configuration, and is not read",
            "line 10: " + latin + " cannot be read: it is not UTF-8");
  }

  @Test
  void aBrokenSnippetIsNamed() throws Exception {
    Path broken = write("conf.d/broken.conf", "\n}\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> swanctl(STOCK))
        .withMessage("line 2 of " + broken + ": a } without its {");
  }

  @Test
  void ipsecConfAndItsSecretsToo() throws Exception {
    String conf = "config setup\ninclude " + folder + "/absent.inc\ninclude ipsec.d/*.conf\n";
    Path site =
        write(
            "ipsec.d/site.conf",
            """
            conn site
              left=203.0.113.1
              leftsubnet=10.1.0.0/24
              leftfirewall=yes
              right=203.0.113.20
              rightsubnet=10.2.0.0/24
              authby=psk
              auto=add
            """);
    Path keys = write("ipsec.d/site.secrets", "203.0.113.20 : PSK \"of this site\"\n: PSK \"x\"\n");
    Files.setPosixFilePermissions(
        keys, java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
    SwanctlImport.Result result =
        IpsecImport.translate(
            new Source(folder.resolve("ipsec.conf"), conf),
            Optional.of(new Source(folder.resolve("ipsec.secrets"), "include ipsec.d/*.secrets\n")),
            "secrets.conf",
            Machine.unrouted("203.0.113.1"));
    assertThat(result.configuration()).contains("remote-ts = [\"10.2.0.0/24\"]");
    assertThat(result.secrets()).contains("of this site");
    assertThat(result.files()).isEqualTo(List.of(site, keys));
    List<String> notes = new ArrayList<>(result.notes());
    assertThat(notes)
        .containsExactly(
            "line 4 of " + site + ": leftfirewall has no counterpart",
            "secrets: "
                + keys
                + " has mode rw-r--r--: others could read these keys, think of new ones",
            "secrets: line 2 of " + keys + ": nobody here uses this PSK");
  }
}
