package io.pollux.agent.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.pollux.ike.crypto.pki.ChainValidator;
import io.pollux.ike.crypto.pki.ChainVerdict;
import io.pollux.ike.crypto.pki.Revocation;
import io.pollux.ike.crypto.pki.RevocationData;
import io.pollux.ike.crypto.pki.TrustPolicy;
import io.pollux.ike.wire.Octets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An OCSP responder on the loopback device, and a peer whose certificate it knows (RFC 6960). */
class HttpOcspTest {
  private static final Instant BEGIN = Instant.now().minus(Duration.ofDays(1));
  private static final Instant END = BEGIN.plus(Duration.ofDays(30));

  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer server;
  private URI url;
  private volatile CertificateStatus says = CertificateStatus.GOOD;
  private volatile Instant next = END;
  private volatile int status = 200;
  private Instant now = Instant.now();
  private final HttpOcsp ocsp = new HttpOcsp(() -> now);
  private LittleCa ca;
  private Octets leaf;

  @BeforeEach
  void serve() throws Exception {
    ca = new LittleCa(BEGIN, END);
    leaf = Octets.of(ca.issue("CN=gw.example", 2).getEncoded());
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/ocsp",
        exchange -> {
          asked.incrementAndGet();
          byte[] answer = answer(exchange.getRequestBody().readAllBytes());
          boolean form =
              exchange.getRequestMethod().equals("POST")
                  && "application/ocsp-request"
                      .equals(exchange.getRequestHeaders().getFirst("Content-Type"));
          exchange.sendResponseHeaders(form ? status : 400, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/ocsp");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  /** What is asked for, with the status of the moment. */
  private byte[] answer(byte[] request) throws IOException {
    try {
      var digests = new JcaDigestCalculatorProviderBuilder().build();
      BasicOCSPRespBuilder builder =
          new BasicOCSPRespBuilder(
              new RespID(
                  SubjectPublicKeyInfo.getInstance(ca.key.getPublic().getEncoded()),
                  digests.get(CertificateID.HASH_SHA1)));
      CertificateID id = new OCSPReq(request).getRequestList()[0].getCertID();
      builder.addResponse(id, says, Date.from(BEGIN), Date.from(next), null);
      return new OCSPRespBuilder()
          .build(
              OCSPRespBuilder.SUCCESSFUL,
              builder.build(
                  new JcaContentSignerBuilder("Ed25519").build(ca.key.getPrivate()),
                  new X509CertificateHolder[0],
                  Date.from(BEGIN)))
          .getEncoded();
    } catch (Exception wrong) {
      throw new IOException(wrong);
    }
  }

  private ChainVerdict validate(Revocation mode, URI... urls) throws IOException {
    return ChainValidator.validate(
        List.of(leaf),
        new TrustPolicy(List.of(Octets.of(ca.certificate.getEncoded())), mode, false),
        RevocationData.NONE.asking(ocsp.at(List.of(urls))),
        now);
  }

  @Test
  void aGoodAnswerIsAskedForOnceAndKept() throws Exception {
    assertThat(validate(Revocation.STRICT, url)).isEqualTo(new ChainVerdict.Trusted(List.of()));
    assertThat(validate(Revocation.STRICT, url)).isEqualTo(new ChainVerdict.Trusted(List.of()));
    assertThat(asked).hasValue(1);
    says = new RevokedStatus(Date.from(BEGIN), 1);
    now = now.plus(Duration.ofMinutes(61)); // an hour at most, whatever nextUpdate says
    assertThat(validate(Revocation.RELAXED, url))
        .isInstanceOfSatisfying(
            ChainVerdict.Untrusted.class, no -> assertThat(no.why()).contains("(OCSP)"));
    assertThat(asked).hasValue(2);
  }

  @Test
  void nothingIsKeptLongerThanItsNextUpdate() throws Exception {
    next = now.plus(Duration.ofMinutes(5));
    assertThat(validate(Revocation.STRICT, url)).isInstanceOf(ChainVerdict.Trusted.class);
    now = now.plus(Duration.ofMinutes(4));
    assertThat(validate(Revocation.STRICT, url)).isInstanceOf(ChainVerdict.Trusted.class);
    assertThat(asked).hasValue(1);
    now = now.plus(Duration.ofMinutes(2));
    next = now.plus(Duration.ofMinutes(5));
    assertThat(validate(Revocation.STRICT, url)).isInstanceOf(ChainVerdict.Trusted.class);
    assertThat(asked).hasValue(2);
  }

  @Test
  void withoutAnAnswerStrictRefusesRelaxedRemarksAndTheResponderIsLeftAlone() throws Exception {
    status = 503;
    assertThat(validate(Revocation.STRICT, url)).isInstanceOf(ChainVerdict.Untrusted.class);
    assertThat(validate(Revocation.RELAXED, url))
        .isInstanceOfSatisfying(
            ChainVerdict.Trusted.class, yes -> assertThat(yes.remarks()).hasSize(1));
    assertThat(asked).hasValue(1);
    status = 200;
    now = now.plus(Duration.ofSeconds(31));
    assertThat(validate(Revocation.STRICT, url)).isEqualTo(new ChainVerdict.Trusted(List.of()));
    assertThat(asked).hasValue(2);
  }

  @Test
  void theNextResponderIsAskedWhereTheFirstIsSilent() throws Exception {
    URI nobody = url.resolve("/elsewhere");
    assertThat(validate(Revocation.STRICT, nobody, url))
        .isEqualTo(new ChainVerdict.Trusted(List.of()));
    assertThat(asked).hasValue(1);
  }

  @Test
  void whatDoesNotKnowTheCertificateIsNotKept() throws Exception {
    says = new org.bouncycastle.cert.ocsp.UnknownStatus();
    assertThat(validate(Revocation.STRICT, url)).isInstanceOf(ChainVerdict.Untrusted.class);
    assertThat(validate(Revocation.STRICT, url)).isInstanceOf(ChainVerdict.Untrusted.class);
    assertThat(asked).hasValue(2);
  }
}
