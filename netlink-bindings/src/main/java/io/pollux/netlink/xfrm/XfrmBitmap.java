package io.pollux.netlink.xfrm;

import java.util.Arrays;

/** The bitmap of received packets in struct xfrm_replay_state_esn: words of 32 bits. */
public final class XfrmBitmap {
  private final int[] words;

  private XfrmBitmap(int[] words) {
    this.words = words;
  }

  public static XfrmBitmap of(int... words) {
    return new XfrmBitmap(words.clone());
  }

  /** Nothing received: for new SAs. */
  public static XfrmBitmap zeros(int words) {
    return new XfrmBitmap(new int[words]);
  }

  /** Everything up to the highest sequence number received: for a standby's inbound SA. */
  public static XfrmBitmap ones(int words) {
    int[] all = new int[words];
    Arrays.fill(all, -1);
    return new XfrmBitmap(all);
  }

  /** bmp_len. */
  public int length() {
    return words.length;
  }

  public int word(int index) {
    return words[index];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof XfrmBitmap that && Arrays.equals(words, that.words);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(words);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int word : words) {
      text.append(XfrmText.hex8(word));
    }
    return text.toString();
  }
}
