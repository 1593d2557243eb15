package io.pollux.ha.link;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS 1.3 (RFC 8446) between two nodes that know each other's certificate: no CA, no host name, no
 * resumption. Every connection has a context of its own, so there is never a session to resume.
 */
final class PinnedTls {
  private static final String[] PROTOCOLS = {"TLSv1.3"};
  private static final String[] SUITES = {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"};
  private static final int NO_TICKETS_SECONDS =
      700_000; // over the 7 days of RFC 8446 section 4.6.1

  /** The peer showed a certificate that is not pinned. */
  static final class UnknownFingerprint extends CertificateException {
    private static final long serialVersionUID = 1;

    UnknownFingerprint(Fingerprint shown) {
      super("unknown fingerprint " + shown);
    }
  }

  private PinnedTls() {}

  static SSLEngine engine(NodeIdentity own, Fingerprint peer, boolean dials)
      throws GeneralSecurityException {
    SSLEngine engine = context(own, peer).createSSLEngine();
    engine.setUseClientMode(dials);
    engine.setEnabledProtocols(PROTOCOLS);
    engine.setEnabledCipherSuites(SUITES);
    if (!dials) {
      engine.setNeedClientAuth(true);
    }
    return engine;
  }

  static SSLContext context(NodeIdentity own, Fingerprint peer) throws GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLSv1.3");
    context.init(new KeyManager[] {new OwnKey(own)}, trust(peer), null);
    context.getServerSessionContext().setSessionTimeout(NO_TICKETS_SECONDS);
    return context;
  }

  static TrustManager[] trust(Fingerprint peer) {
    return new TrustManager[] {new Pin(peer)};
  }

  private static final class Pin extends X509ExtendedTrustManager {
    private final Fingerprint pinned;

    Pin(Fingerprint pinned) {
      this.pinned = pinned;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
      if (chain == null || chain.length == 0) {
        throw new CertificateException("no certificate");
      }
      Fingerprint shown = Fingerprint.of(chain[0]);
      if (!shown.matches(pinned)) {
        throw new UnknownFingerprint(shown);
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** The one key, whatever is asked for. */
  private static final class OwnKey extends X509ExtendedKeyManager {
    private static final String ALIAS = "node";

    private final NodeIdentity own;

    OwnKey(NodeIdentity own) {
      this.own = own;
    }

    @Override
    public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
      return ALIAS;
    }

    @Override
    public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
      return ALIAS;
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return ALIAS;
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return ALIAS;
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return new String[] {ALIAS};
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      return new String[] {ALIAS};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return new X509Certificate[] {own.certificate()};
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return own.key();
    }
  }
}
