package io.pollux.it.interop;

import io.pollux.it.interop.Combination.Auth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The keys of a table: of every kind one of Pollux's and one of the peers', with certificates by an
 * intermediate CA. A peer's certificate has the names of all its rows.
 */
final class MatrixKeys {
  private final PkiTool pki;

  MatrixKeys(Path folder, List<Combination> rows) {
    pki = new PkiTool(folder);
    pki.root("root", "ecdsa", "256");
    pki.certificate("inter", "root", "rsa", "2048", "--ca");
    for (Auth auth : kinds(rows)) {
      pair("pollux", auth, List.of(Tunnel.POLLUX_ID));
      pair(
          "peer",
          auth,
          rows.stream()
              .filter(row -> row.auth().key().equals(auth.key()))
              .map(Combination::id)
              .toList());
    }
  }

  private void pair(String side, Auth auth, List<String> names) {
    String name = name(side, auth);
    List<String> sans = new ArrayList<>();
    names.forEach(each -> sans.addAll(List.of("--san", each)));
    pki.certificate(name, "inter", auth.keyType, auth.keyBits, sans.toArray(String[]::new));
    pki.publicKey(name);
    try {
      Files.writeString(
          pki.file(name + ".chain"),
          Files.readString(pki.file(name + ".crt")) + Files.readString(pki.file("inter.crt")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(String side, Auth auth) {
    return side + "-" + auth.key();
  }

  /** The name of the peers' key, without its ending. */
  static String peer(Auth auth) {
    return name("peer", auth);
  }

  static String pollux(Auth auth) {
    return name("pollux", auth);
  }

  /** One way of each kind of key that rows use. */
  static List<Auth> kinds(List<Combination> rows) {
    Map<String, Auth> kinds = new TreeMap<>();
    rows.stream()
        .map(Combination::auth)
        .filter(auth -> auth != Auth.PSK)
        .forEach(auth -> kinds.putIfAbsent(auth.key(), auth));
    return List.copyOf(kinds.values());
  }

  Path file(String name) {
    return pki.file(name);
  }

  /** A public RSA key as libreswan writes it (RFC 3110): length, exponent, modulus. */
  String rfc3110(String name) {
    try {
      String pem = Files.readString(pki.file(name + ".pub")).replaceAll("-----[^-]+-----|\\s", "");
      X509EncodedKeySpec spki = new X509EncodedKeySpec(Base64.getDecoder().decode(pem));
      RSAPublicKey key = (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(spki);
      byte[] exponent = key.getPublicExponent().toByteArray();
      byte[] modulus = key.getModulus().toByteArray(); // a zero octet first
      byte[] all = new byte[exponent.length + modulus.length];
      all[0] = (byte) exponent.length;
      System.arraycopy(exponent, 0, all, 1, exponent.length);
      System.arraycopy(modulus, 1, all, 1 + exponent.length, modulus.length - 1);
      return "0s" + Base64.getEncoder().encodeToString(all);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
