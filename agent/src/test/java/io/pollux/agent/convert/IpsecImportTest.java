package io.pollux.agent.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.pollux.agent.config.ConfigLoader;
import io.pollux.agent.config.PolluxConfig;
import io.pollux.ike.policy.ChildPolicy;
import io.pollux.ike.policy.ConnectionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IpsecImportTest {
  private static final long MINUTE = 60_000_000_000L;

  /** As many gateways with strongSwan's stroke have it: one IKE SA, two networks. */
  private static final String STROKE =
      """
      # ipsec.conf - strongSwan IPsec configuration file
      config setup
          charondebug="ike 1, knl 1"
          uniqueids=no

      conn %default
          keyexchange=ikev2
          ikelifetime=8h
          lifetime=1h
          margintime=3m
          rekeyfuzz=50%
          dpdaction=restart
          dpddelay=15s
          authby=secret
          ike=aes256-sha256-modp2048,aes128-md5-modp1536!
          esp=aes256gcm16-modp2048!

      conn office-base
          left=203.0.113.1
          leftid=@hub.example.org
          leftfirewall=yes
          right=203.0.113.20
          rightid="office.example.org"   # theirs

      conn office-lan
          also=office-base
          leftsubnet=10.1.0.0/24,10.5.0.1/24
          rightsubnet=10.2.0.0/255.255.255.0
          auto=start

      conn office-voice
          also=office-base
          leftsubnet=10.1.0.0/24[udp/5060]
          rightsubnet=10.3.0.0/24
          auto=route

      conn unused
          right=203.0.113.99
      """;

  private static final String STROKE_SECRETS =
      """
      # keys
      203.0.113.1 203.0.113.77 : PSK "of another peer"
      hub.example.org @office.example.org : PSK "0x is how this # begins"
      : PSK "for everybody"
      """;

  /** As libreswan's users write it. */
  private static final String LIBRESWAN =
      """
      version 2.0
      config setup
              protostack=netkey
              virtual-private=%v4:10.0.0.0/8
      conn tokyo
              authby=secret
              ikev2=insist
              left=198.51.100.9
              leftsubnets={172.16.1.0/24 172.16.2.0/24}
              right=%defaultroute
              rightid=@gw.example.net
              rightsubnet=10.0.0.0/16
              ike=aes_gcm256-sha2_512;dh14,aes256-sha2_256
              phase2alg=aes_gcm256-null,3des-sha1
              salifetime=8h
              ikelifetime=24h
              dpddelay=30
              dpdaction=hold
              ipsec-interface=yes
              encapsulation=yes
              auto=ondemand
      conn nss
              also=tokyo
              authby=rsasig
              leftcert=tokyo
              rightcert=hub
              auto=add
      conn ancient
              also=tokyo
              ikev2=no
              auto=add
      """;

  @TempDir Path folder;

  private static SwanctlImport.Result translate(String conf, String secrets) {
    return IpsecImport.translate(
        new Source(Path.of("ipsec.conf"), conf),
        Optional.ofNullable(secrets).map(s -> new Source(Path.of("ipsec.secrets"), s)),
        "secrets.conf",
        Machine.routed("203.0.113.1"));
  }

  /** The configuration's own reader takes it. */
  private PolluxConfig load(SwanctlImport.Result result) throws Exception {
    Path secrets =
        Files.createFile(
            folder.resolve("secrets.conf"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(secrets, result.secrets());
    return ConfigLoader.load(
        Files.writeString(folder.resolve("pollux.conf"), result.configuration()));
  }

  @Test
  void connectionsWithTheSameEndsAreOneWithSeveralChildren() throws Exception {
    PolluxConfig config = load(translate(STROKE, STROKE_SECRETS));

    assertThat(config.connections()).hasSize(1);
    ConnectionPolicy office = config.connections().getFirst();
    assertThat(office.name()).isEqualTo("office-lan");
    assertThat(office.localId()).hasToString("hub.example.org");
    assertThat(office.remoteId().orElseThrow()).hasToString("office.example.org");
    assertThat(office.proposals()).hasSize(1);
    assertThat(office.livenessNs()).isEqualTo(MINUTE / 4);
    assertThat(office.ikeRekey().softNs()).isEqualTo(477 * MINUTE);
    assertThat(office.ikeRekey().hardNs()).isEqualTo(480 * MINUTE);
    assertThat(office.children()).extracting(ChildPolicy::name).contains("office-lan");
    ChildPolicy lan = office.children().getFirst();
    assertThat(lan.localTs()).hasToString("[10.1.0.0-10.1.0.255, 10.5.0.0-10.5.0.255]");
    assertThat(lan.remoteTs()).hasToString("[10.2.0.0-10.2.0.255]");
    assertThat(lan.rekey().softNs()).isEqualTo(57 * MINUTE);
    assertThat(lan.rekey().jitterNs()).isEqualTo(3 * MINUTE / 2);
    assertThat(lan.start()).isEqualTo(ChildPolicy.StartAction.START);
    ChildPolicy voice = office.children().get(1);
    assertThat(voice.start()).isEqualTo(ChildPolicy.StartAction.ON_DEMAND);
    assertThat(voice.localTs().getFirst().protocol()).isEqualTo(17);
  }

  @Test
  void whatCannotBeTranslatedIsNamedWithItsLine() {
    assertThat(translate(STROKE, STROKE_SECRETS).notes())
        .anyMatch(n -> n.startsWith("line 15: ike aes128-md5-modp1536! is left out: IKE proposal"))
        .contains("line 21: leftfirewall has no counterpart")
        .contains("line 12: dpdaction is restart: here that is start = start")
        .contains("line 37: conn unused is not loaded there (auto = ignore), and is left out")
        .contains("secrets: line 2: nobody here uses this PSK")
        .contains("secrets: line 4: nobody here uses this PSK")
        .hasSize(6);
  }

  @Test
  void theKeyOfBothEndsWinsAndIsNeverShown() throws Exception {
    SwanctlImport.Result result = translate(STROKE, STROKE_SECRETS);
    assertThat(result.secrets()).contains("\"office.example.org\" = \"0sMHggaXMgaG93");
    assertThat(result.secrets()).doesNotContain("everybody", "another");
    assertThat(result.toString()).doesNotContain("begins").doesNotContain("0sMHg");
    assertThat(load(result).secrets().size()).isEqualTo(1);
  }

  @Test
  void withoutTheSecretsNothingThatNeedsThemIsThere() throws Exception {
    SwanctlImport.Result result = translate(STROKE, null);
    assertThat(load(result).connections()).isEmpty();
    assertThat(result.notes())
        .contains(
            "line 25: conn office-lan has a pre-shared key: name ipsec.secrets as the second file");
  }

  @Test
  void libreswansWords() throws Exception {
    SwanctlImport.Result result =
        translate(LIBRESWAN, "@gw.example.net 198.51.100.9: PSK \"of this tunnel\"\n");
    PolluxConfig config = load(result);

    ConnectionPolicy tokyo = config.connections().getFirst();
    assertThat(tokyo.localAddress().getHostAddress()).isEqualTo("203.0.113.1");
    assertThat(tokyo.localId()).hasToString("gw.example.net"); // right is ours
    assertThat(tokyo.remoteAddress().orElseThrow().getHostAddress()).isEqualTo("198.51.100.9");
    assertThat(tokyo.proposals())
        .extracting(Object::toString)
        .satisfiesExactly(
            p -> assertThat(p).contains("aes256gcm16-sha512-modp2048"),
            p -> assertThat(p).contains("aes256-sha256-ecp256"));
    assertThat(tokyo.forceUdpEncap()).isTrue();
    assertThat(tokyo.children())
        .extracting(c -> c.localTs() + " " + c.remoteTs())
        .containsExactly(
            "[10.0.0.0-10.0.255.255] [172.16.1.0-172.16.1.255]",
            "[10.0.0.0-10.0.255.255] [172.16.2.0-172.16.2.255]");
    assertThat(result.configuration())
        .contains("esp-proposals = [\"aes256gcm16-modp2048\", \"3des-sha1-modp2048\"]") // pfs
        .contains("interface = own")
        .contains("legacy = true");
    assertThat(config.connections()).hasSize(1);
    assertThat(result.notes())
        .contains(
            "line 10: right is %defaultroute; written as 203.0.113.1, from where this"
                + " machine reaches the peer")
        .contains("line 5: conn tokyo uses what RFC 8247 discourages (legacy = true)")
        .anyMatch(n -> n.startsWith("line 22: conn nss names its certificate as the NSS database"))
        .contains("line 28: conn ancient is IKEv1, which is not spoken here (RFC 9395)")
        .contains("line 21: auto is ondemand; with an interface: start = start")
        .hasSize(5);
  }

  @Test
  void certificatesAreFilesWhereStrongSwanLooksForThem() {
    SwanctlImport.Result result =
        translate(
            """
            config setup
              strictcrlpolicy=yes
            ca example
              cacert=exampleCa.pem
              crluri=http://crl.example.org/ca.crl
            conn site
              left=203.0.113.1
              leftcert=hubCert.pem
              leftid="C=CH, O=Example, CN=hub"
              leftsubnet=10.1.0.0/24
              right=203.0.113.20
              rightid="/C=CH/O=Example/CN=*"
              rightsubnet=10.2.0.0/24
              auto=add
            conn pinned
              left=203.0.113.1
              leftcert=hubCert.pem
              right=203.0.113.21
              rightcert=/etc/keys/peer.pem
              type=transport
              auto=add
            """,
            ": RSA hubKey.pem \"of the key\"\n");
    assertThat(result.notes()).isEmpty();
    assertThat(result.configuration())
        .contains("certificate = \"/etc/ipsec.d/certs/hubCert.pem\"")
        .contains("key = \"/etc/ipsec.d/private/hubKey.pem\"")
        .contains("ca = [\"/etc/ipsec.d/cacerts/exampleCa.pem\"]")
        .contains("crl = [\"http://crl.example.org/ca.crl\"]")
        .contains("revocation = strict")
        .contains("CN=*")
        .contains("ca = [\"/etc/keys/peer.pem\"]", "id = \"%any\"", "mode = transport");
    assertThat(result.secrets())
        .contains("\"/etc/ipsec.d/private/hubKey.pem\" = \"of the key\"")
        .contains("passphrases {");
  }

  @Test
  void whoCannotBeServedIsLeftOutAsAWhole() throws Exception {
    SwanctlImport.Result result =
        translate(
            """
            conn roadwarriors
              left=203.0.113.1
              leftsubnet=10.1.0.0/24
              authby=psk
              right=%any
              rightsourceip=10.9.0.0/24
              auto=add
            conn windows
              left=203.0.113.1
              leftcert=c.pem
              right=%any
              rightauth=eap-mschapv2
              auto=add
            conn bypass
              left=203.0.113.1
              right=203.0.113.9
              type=passthrough
              auto=route
            conn odd
              left=203.0.113.1
              authby=secret
              right=203.0.113.9
              rightsubnet=10.300.0.0/16
              auto=add
            """,
            ": PSK \"long enough\"\n");
    assertThat(result.notes())
        .contains(
            "line 1: conn roadwarriors has no rightsubnet: name the networks behind the peer",
            "line 8: conn windows authenticates by eap-mschapv2, which does not exist here",
            "line 14: conn bypass is of type passthrough, which does not exist here")
        .anyMatch(n -> n.startsWith("line 23: rightsubnet 10.300.0.0/16: expected"));
    assertThat(load(result).connections()).isEmpty();
  }

  @Test
  void brokenTextIsNamedWithItsLine() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> translate("conn a\n  also=b\n", ""))
        .withMessage("line 2: there is no section conn b");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> translate("\n  left=1.2.3.4\n", ""))
        .withMessage("line 2: expected key=value inside of a section, found left=1.2.3.4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> translate("conn a\n  leftid=\"x\n", ""))
        .withMessage("line 2: a string without its end");
    assertThat(translate("conn a\n  also=a\n", "\"half\n: PSK\n").notes())
        .contains("secrets: line 1: expected IDENTITIES : KIND SECRET")
        .contains("secrets: line 2: expected IDENTITIES : KIND SECRET");
  }

  @Test
  void aSecretWithoutItsKindIsNotQuoted() {
    assertThat(translate(STROKE, "peer.example : sesame sesame\n").notes())
        .contains("secrets: line 1: nobody here uses this entry")
        .noneMatch(note -> note.toLowerCase(Locale.ROOT).contains("sesame"));
  }
}
