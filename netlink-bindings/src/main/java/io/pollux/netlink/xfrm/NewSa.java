package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBuffer;
import java.net.InetAddress;

/**
 * XFRM_MSG_NEWSA and XFRM_MSG_UPDSA. NEWSA of an SPI that is there: EEXIST; a mode, algorithm or
 * length that the kernel lacks: ENOSYS, EPROTONOSUPPORT or EINVAL with its words. UPDSA turns a
 * larval SA of {@link AllocSpi} into a real one or changes encapsulation and lifetimes; it does
 * <b>not</b> change replay state ({@link NewAe} does).
 *
 * @param msgType XFRM_MSG_NEWSA or XFRM_MSG_UPDSA
 */
public record NewSa(XfrmMsgType msgType, XfrmUsersaInfo info, XfrmAttributes attributes)
    implements XfrmRequest {
  public NewSa {
    if (msgType != XfrmMsgType.XFRM_MSG_NEWSA && msgType != XfrmMsgType.XFRM_MSG_UPDSA) {
      throw new IllegalArgumentException(msgType.name());
    }
  }

  /** An ESP SA in tunnel mode, to be filled in. */
  public static SaBuilder builder(Spi spi, InetAddress source, InetAddress destination) {
    return new SaBuilder(spi, source, destination);
  }

  /** The same SA as an update of the one that is there. */
  public NewSa asUpdate() {
    return new NewSa(XfrmMsgType.XFRM_MSG_UPDSA, info, attributes);
  }

  /** What names the SA, for {@link GetAe}, {@link NewAe}, {@link DelSa}. */
  public XfrmUsersaId id() {
    return new XfrmSa(info, attributes).id();
  }

  @Override
  public void writeBody(NlBuffer out) {
    out.struct(info);
    attributes.write(out);
  }

  @Override
  public String object() {
    return id().toString();
  }
}
