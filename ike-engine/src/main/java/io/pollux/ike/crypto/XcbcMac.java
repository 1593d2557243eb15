package io.pollux.ike.crypto;

import java.security.InvalidKeyException;
import java.security.Key;
import java.security.Provider;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Arrays;
import java.util.function.Supplier;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.MacSpi;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/** AES-XCBC-MAC, RFC 3566 section 4, which no provider has; 16 octets, to be cut by who uses it. */
final class XcbcMac extends MacSpi {
  /** What {@link Prf} and {@link Integrity} call it. */
  static final String NAME = "AESXCBC";

  private static final int BLOCK = 16;

  private final Cipher aes;
  private final byte[] k2 = new byte[BLOCK];
  private final byte[] k3 = new byte[BLOCK];
  private final byte[] chain = new byte[BLOCK];
  private final byte[] last = new byte[BLOCK];
  private int held; // octets in last; a full block stays there until it is not the last one

  private XcbcMac(Cipher aes) {
    this.aes = aes;
  }

  /** One for a thread. */
  static Mac of(Supplier<Cipher> aesBlocks) {
    Cipher aes = aesBlocks.get();
    return new XcbcInstance(new XcbcMac(aes), aes.getProvider());
  }

  private static final class XcbcInstance extends Mac {
    XcbcInstance(MacSpi spi, Provider provider) {
      super(spi, provider, NAME);
    }
  }

  @Override
  protected int engineGetMacLength() {
    return BLOCK;
  }

  @Override
  protected void engineInit(Key key, AlgorithmParameterSpec parameters) throws InvalidKeyException {
    aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key.getEncoded(), "AES"));
    byte[] k1 = new byte[BLOCK];
    derive(1, k1);
    derive(2, k2);
    derive(3, k3);
    aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(k1, "AES"));
    Arrays.fill(k1, (byte) 0);
    engineReset();
  }

  private void derive(int fill, byte[] into) {
    Arrays.fill(into, (byte) fill);
    encrypt(into);
  }

  private void encrypt(byte[] block) {
    try {
      aes.update(block.clone(), 0, BLOCK, block, 0);
    } catch (ShortBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected void engineUpdate(byte input) {
    if (held == BLOCK) {
      mix(last);
      held = 0;
    }
    last[held++] = input;
  }

  @Override
  protected void engineUpdate(byte[] input, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      engineUpdate(input[i]);
    }
  }

  private void mix(byte[] block) {
    for (int i = 0; i < BLOCK; i++) {
      chain[i] ^= block[i];
    }
    encrypt(chain);
  }

  @Override
  protected byte[] engineDoFinal() {
    byte[] whitening = held == BLOCK ? k2 : k3;
    if (held < BLOCK) {
      last[held] = (byte) 0x80;
      Arrays.fill(last, held + 1, BLOCK, (byte) 0);
    }
    for (int i = 0; i < BLOCK; i++) {
      last[i] ^= whitening[i];
    }
    mix(last);
    byte[] mac = chain.clone();
    engineReset();
    return mac;
  }

  @Override
  protected void engineReset() {
    Arrays.fill(chain, (byte) 0);
    Arrays.fill(last, (byte) 0);
    held = 0;
  }
}
