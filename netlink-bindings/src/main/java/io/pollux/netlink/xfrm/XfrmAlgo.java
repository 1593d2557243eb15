package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlAttr;
import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_algo, linux/xfrm.h: a cipher, or an authenticator with the ICV length that the kernel
 * has for it.
 *
 * @param algName the kernel's name for it, see {@link XfrmAlgorithm}; at most 63 octets
 * @param algKey alg_key and, in bits, alg_key_len
 */
public record XfrmAlgo(String algName, XfrmKey algKey) implements NlStruct {
  /** Octets before the key. */
  public static final int SIZE = 68;

  private static final int ALG_NAME = 0;
  private static final int ALG_KEY_LEN = 64;
  private static final int ALG_KEY = 68;

  public XfrmAlgo {
    XfrmAlgorithm.requireName(algName);
  }

  /** Reads the payload of an attribute. */
  public static XfrmAlgo read(NlAttr attr) throws MalformedNetlink {
    int at = attr.require(SIZE, "xfrm_algo");
    ByteBuffer in = attr.buffer();
    String name = NlAttr.string(in, at + ALG_NAME, at + ALG_KEY_LEN);
    if (!XfrmAlgorithm.isName(name)) {
      throw new MalformedNetlink("alg_name", "no name");
    }
    int octets = XfrmAlgorithm.keyOctets(NlBytes.u32(in, at + ALG_KEY_LEN), attr.length() - SIZE);
    return new XfrmAlgo(name, XfrmKey.read(in, at + ALG_KEY, octets));
  }

  @Override
  public int size() {
    return SIZE + algKey.length();
  }

  @Override
  public void write(ByteBuffer out, int at) {
    XfrmAlgorithm.putName(out, at + ALG_NAME, algName);
    NlBytes.putU32(out, at + ALG_KEY_LEN, (long) algKey.length() * Byte.SIZE);
    algKey.write(out, at + ALG_KEY);
  }
}
