package io.pollux.ike.crypto;

import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.sad.IkeKeys;
import io.pollux.ike.sad.Role;
import io.pollux.ike.wire.Malformed;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;

/**
 * Protects the content of SK and SKF payloads with the keys of one IKE SA: AEAD (RFC 5282), or
 * encrypt-then-MAC (RFC 7296 section 3.14). Holds keys, but no cipher objects: those are {@link
 * IkeCrypto}'s.
 */
public final class SkCipher {
  private final IkeCrypto crypto;
  private final Encryption encryption;
  private final Integrity integrity; // null with an AEAD
  private final int keyLength;
  private final Secret sealEncryption;
  private final Secret sealIntegrity;
  private final Secret openEncryption;
  private final Secret openIntegrity;

  private SkCipher(IkeCrypto crypto, IkeAlgorithms algorithms, Direction seal, Direction open) {
    this.crypto = crypto;
    this.encryption = Encryption.require(algorithms.encryption());
    this.integrity = encryption.isAead() ? null : Integrity.require(algorithms.integrity());
    this.keyLength = encryption.keyLength(algorithms.encryptionKeyBits());
    this.sealEncryption = seal.encryption;
    this.sealIntegrity = seal.integrity;
    this.openEncryption = open.encryption;
    this.openIntegrity = open.integrity;
  }

  /**
   * Both directions of an IKE SA; {@code us} is our role as its original initiator or responder.
   */
  public static SkCipher of(IkeCrypto crypto, IkeAlgorithms algorithms, IkeKeys keys, Role us) {
    Direction initiator = new Direction(keys.skEi(), keys.skAi());
    Direction responder = new Direction(keys.skEr(), keys.skAr());
    return us == Role.INITIATOR
        ? new SkCipher(crypto, algorithms, initiator, responder)
        : new SkCipher(crypto, algorithms, responder, initiator);
  }

  private record Direction(Secret encryption, Secret integrity) {}

  /** Octets of the initialization vector that {@link #seal} wants. */
  public int ivLength() {
    return encryption.ivLength();
  }

  /** What {@link IvSource#next} is asked with. */
  public Encryption encryption() {
    return encryption;
  }

  /** Octets of the Integrity Checksum Data. */
  public int icvLength() {
    return integrity == null ? encryption.icvLength() : integrity.icvLength();
  }

  /** Octets that {@link #seal} makes of {@code plainLength}: IV, content, padding, ICV. */
  public int sealedLength(int plainLength) {
    int block = encryption.blockSize();
    int padded = (plainLength + 1 + block - 1) / block * block; // 1 = the Pad Length octet
    return ivLength() + padded + icvLength();
  }

  /** The longest content that {@link #seal} can fit into {@code sealedLength} octets, or -1. */
  public int plainLength(int sealedLength) {
    int block = encryption.blockSize();
    int room = (sealedLength - ivLength() - icvLength()) / block * block;
    return sealedLength < ivLength() + icvLength() + block ? -1 : room - 1;
  }

  /**
   * IV, ciphertext and ICV of {@code plain}, which gets its padding here.
   *
   * @param head everything of the message that stands before the IV, all lengths already final
   * @param iv fresh octets of {@link IvSource}
   */
  public byte[] seal(byte[] head, byte[] plain, byte[] iv) {
    byte[] padded = Arrays.copyOf(plain, sealedLength(plain.length) - ivLength() - icvLength());
    padded[padded.length - 1] = (byte) (padded.length - plain.length - 1);
    byte[] body = Arrays.copyOf(iv, sealedLength(plain.length));
    int from = iv.length;
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, sealEncryption, iv);
      if (integrity == null) {
        cipher.updateAAD(head);
        cipher.doFinal(padded, 0, padded.length, body, from);
      } else {
        cipher.doFinal(padded, 0, padded.length, body, from);
        int covered = body.length - icvLength();
        byte[] icv = checksum(sealIntegrity, head, head.length, body, covered);
        System.arraycopy(icv, 0, body, covered, icvLength());
      }
      return body;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("seal with " + encryption, e);
    }
  }

  /**
   * The content without its padding. Nothing of it is looked at before it proved authentic.
   *
   * @param message the whole message; {@code message[0, bodyFrom)} is what stands before the IV
   * @throws Malformed to be dropped without an answer if it is not authentic; INVALID_SYNTAX if the
   *     padding of an authentic message is wrong
   */
  public byte[] open(byte[] message, int bodyFrom) throws Malformed {
    int cipherFrom = bodyFrom + ivLength();
    int cipherTo = message.length - icvLength();
    int length = cipherTo - cipherFrom;
    if (length < encryption.blockSize() || length % encryption.blockSize() != 0) {
      throw Malformed.drop("SK", "content of " + length + " octets");
    }
    byte[] iv = Arrays.copyOfRange(message, bodyFrom, cipherFrom);
    byte[] padded;
    try {
      if (integrity == null) {
        Cipher cipher = cipher(Cipher.DECRYPT_MODE, openEncryption, iv);
        cipher.updateAAD(message, 0, bodyFrom);
        padded = cipher.doFinal(message, cipherFrom, message.length - cipherFrom);
      } else {
        byte[] icv = checksum(openIntegrity, message, cipherTo, new byte[0], 0);
        byte[] sent = Arrays.copyOfRange(message, cipherTo, message.length);
        if (!MessageDigest.isEqual(sent, Arrays.copyOf(icv, icvLength()))) {
          throw notAuthentic();
        }
        Cipher cipher = cipher(Cipher.DECRYPT_MODE, openEncryption, iv);
        padded = cipher.doFinal(message, cipherFrom, length);
      }
    } catch (AEADBadTagException _) {
      throw notAuthentic();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("open with " + encryption, e);
    }
    return unpad(padded);
  }

  private static byte[] unpad(byte[] padded) throws Malformed {
    int padLength = Byte.toUnsignedInt(padded[padded.length - 1]);
    if (padLength + 1 > padded.length) {
      throw Malformed.syntax("Pad Length", padLength + " of " + padded.length + " octets");
    }
    return Arrays.copyOf(padded, padded.length - 1 - padLength);
  }

  private static Malformed notAuthentic() {
    return Malformed.drop("Integrity Checksum Data", "not authentic");
  }

  private Cipher cipher(int mode, Secret material, byte[] iv) {
    return crypto.cipher(encryption, mode, material, keyLength, iv);
  }

  private byte[] checksum(Secret key, byte[] head, int headLength, byte[] body, int bodyLength) {
    return crypto.mac(
        integrity.mac(),
        key,
        mac -> {
          mac.update(head, 0, headLength);
          mac.update(body, 0, bodyLength);
        });
  }
}
