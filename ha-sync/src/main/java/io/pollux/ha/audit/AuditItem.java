package io.pollux.ha.audit;

import java.util.Arrays;

/**
 * One thing in a kernel.
 *
 * @param name the same on both nodes, for people to read: no key in it, no newline, no tab
 * @param digest {@value #OCTETS} octets of a keyed digest over the name and all that must be equal
 */
public record AuditItem(String name, byte[] digest) {
  /** Octets of a digest. */
  public static final int OCTETS = 16;

  public AuditItem {
    digest = digest.clone();
    if (digest.length != OCTETS) {
      throw new IllegalArgumentException("a digest of " + digest.length + " octets");
    }
  }

  @Override
  public byte[] digest() {
    return digest.clone();
  }

  /** FNV-1a over the name, folded to the number of a bucket. */
  int bucket() {
    int hash = 0x811c9dc5;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x01000193;
    }
    return (hash ^ hash >>> 8 ^ hash >>> 16 ^ hash >>> 24) & 0xff;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AuditItem that
        && name.equals(that.name)
        && Arrays.equals(digest, that.digest);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
