package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlAttr;
import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;

/**
 * struct xfrm_algo_auth, linux/xfrm.h: an authenticator with the length of its ICV.
 *
 * @param algName the kernel's name for it, see {@link XfrmAlgorithm}; at most 63 octets
 * @param algTruncLen bits
 * @param algKey alg_key and, in bits, alg_key_len
 */
public record XfrmAlgoAuth(String algName, int algTruncLen, XfrmKey algKey) implements NlStruct {
  /** Octets before the key. */
  public static final int SIZE = 72;

  private static final int ALG_NAME = 0;
  private static final int ALG_KEY_LEN = 64;
  private static final int ALG_TRUNC_LEN = 68;
  private static final int ALG_KEY = 72;

  public XfrmAlgoAuth {
    XfrmAlgorithm.requireName(algName);
  }

  /** Reads the payload of an attribute. */
  public static XfrmAlgoAuth read(NlAttr attr) throws MalformedNetlink {
    int at = attr.require(SIZE, "xfrm_algo_auth");
    ByteBuffer in = attr.buffer();
    String name = NlAttr.string(in, at + ALG_NAME, at + ALG_KEY_LEN);
    if (!XfrmAlgorithm.isName(name)) {
      throw new MalformedNetlink("alg_name", "no name");
    }
    int octets = XfrmAlgorithm.keyOctets(NlBytes.u32(in, at + ALG_KEY_LEN), attr.length() - SIZE);
    return new XfrmAlgoAuth(
        name, in.getInt(at + ALG_TRUNC_LEN), XfrmKey.read(in, at + ALG_KEY, octets));
  }

  @Override
  public int size() {
    return SIZE + algKey.length();
  }

  @Override
  public void write(ByteBuffer out, int at) {
    XfrmAlgorithm.putName(out, at + ALG_NAME, algName);
    NlBytes.putU32(out, at + ALG_KEY_LEN, (long) algKey.length() * Byte.SIZE);
    NlBytes.putU32(out, at + ALG_TRUNC_LEN, algTruncLen);
    algKey.write(out, at + ALG_KEY);
  }
}
