package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlAttr;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** enum xfrm_attr_type_t, linux/xfrm.h: number and reader of each attribute. */
public enum XfrmAttributeType {
  XFRMA_ALG_AUTH(1, struct(XfrmAlgo::read)),
  XFRMA_ALG_CRYPT(2, struct(XfrmAlgo::read)),
  XFRMA_ALG_COMP(3, struct(XfrmAlgo::read)),
  XFRMA_ENCAP(4, fixed(XfrmEncapTmpl.SIZE, XfrmEncapTmpl::read)),
  XFRMA_TMPL(5, array(XfrmUserTmpl.SIZE, XfrmUserTmpl::read)),
  XFRMA_SA(6, fixed(XfrmUsersaInfo.SIZE, XfrmUsersaInfo::read)),
  XFRMA_POLICY(7, fixed(XfrmUserpolicyInfo.SIZE, XfrmUserpolicyInfo::read)),
  XFRMA_SEC_CTX(8, raw()),
  XFRMA_LTIME_VAL(9, fixed(XfrmLifetimeCur.SIZE, XfrmLifetimeCur::read)),
  XFRMA_REPLAY_VAL(10, fixed(XfrmReplayState.SIZE, XfrmReplayState::read)),
  XFRMA_REPLAY_THRESH(11, u32()),
  XFRMA_ETIMER_THRESH(12, u32()),
  XFRMA_SRCADDR(13, fixed(XfrmAddress.SIZE, XfrmAddress::read)),
  XFRMA_COADDR(14, fixed(XfrmAddress.SIZE, XfrmAddress::read)),
  XFRMA_LASTUSED(15, u64()),
  XFRMA_POLICY_TYPE(16, u8()),
  XFRMA_MIGRATE(17, array(XfrmUserMigrate.SIZE, XfrmUserMigrate::read)),
  XFRMA_ALG_AEAD(18, struct(XfrmAlgoAead::read)),
  XFRMA_KMADDRESS(19, fixed(XfrmUserKmaddress.SIZE, XfrmUserKmaddress::read)),
  XFRMA_ALG_AUTH_TRUNC(20, struct(XfrmAlgoAuth::read)),
  XFRMA_MARK(21, fixed(XfrmMark.SIZE, XfrmMark::read)),
  XFRMA_TFCPAD(22, u32()),
  XFRMA_REPLAY_ESN_VAL(23, struct(XfrmReplayStateEsn::read)),
  XFRMA_SA_EXTRA_FLAGS(24, u32()),
  XFRMA_PROTO(25, u8()),
  XFRMA_ADDRESS_FILTER(26, fixed(XfrmAddressFilter.SIZE, XfrmAddressFilter::read)),
  XFRMA_PAD(27, raw()),
  XFRMA_OFFLOAD_DEV(28, fixed(XfrmUserOffload.SIZE, XfrmUserOffload::read)),
  /** Also called XFRMA_OUTPUT_MARK. */
  XFRMA_SET_MARK(29, u32()),
  XFRMA_SET_MARK_MASK(30, u32()),
  XFRMA_IF_ID(31, u32()),
  XFRMA_MTIMER_THRESH(32, u32()),
  /** 6.10 and later: probe. */
  XFRMA_SA_DIR(33, u8()),
  /** 6.11 and later: probe. */
  XFRMA_NAT_KEEPALIVE_INTERVAL(34, u32()),
  /** 6.13 and later: probe. */
  XFRMA_SA_PCPU(35, u32()),
  XFRMA_IPTFS_DROP_TIME(36, u32()),
  XFRMA_IPTFS_REORDER_WINDOW(37, raw()),
  XFRMA_IPTFS_DONT_FRAG(38, raw()),
  XFRMA_IPTFS_INIT_DELAY(39, u32()),
  XFRMA_IPTFS_MAX_QSIZE(40, u32()),
  XFRMA_IPTFS_PKT_SIZE(41, u32());

  private static final XfrmAttributeType[] BY_NUMBER = new XfrmAttributeType[64];

  static {
    for (XfrmAttributeType type : values()) {
      BY_NUMBER[type.number] = type;
    }
  }

  private final int number;
  private final Reader reader;

  XfrmAttributeType(int number, Reader reader) {
    this.number = number;
    this.reader = reader;
  }

  /** nla_type. */
  public int number() {
    return number;
  }

  /** The type of a number, or null: a newer kernel may have more. */
  public static XfrmAttributeType of(int number) {
    return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : null;
  }

  XfrmAttribute read(NlAttr attr) throws MalformedNetlink {
    return reader.read(this, attr);
  }

  private interface Reader {
    XfrmAttribute read(XfrmAttributeType type, NlAttr attr) throws MalformedNetlink;
  }

  private interface StructReader {
    NlStruct read(NlAttr attr) throws MalformedNetlink;
  }

  private interface FixedReader {
    NlStruct read(ByteBuffer in, int at);
  }

  private static Reader u8() {
    return (type, attr) -> new XfrmAttribute.U8(type, attr.u8(type.name()));
  }

  private static Reader u32() {
    return (type, attr) -> new XfrmAttribute.U32(type, attr.u32(type.name()));
  }

  private static Reader u64() {
    return (type, attr) -> new XfrmAttribute.U64(type, attr.u64(type.name()));
  }

  private static Reader struct(StructReader reader) {
    return (type, attr) -> new XfrmAttribute.Struct(type, reader.read(attr));
  }

  private static Reader fixed(int size, FixedReader reader) {
    return (type, attr) ->
        new XfrmAttribute.Struct(type, reader.read(attr.buffer(), attr.require(size, type.name())));
  }

  private static Reader array(int size, FixedReader reader) {
    return (type, attr) -> {
      if (attr.length() % size != 0) {
        throw new MalformedNetlink(type.name(), attr.length() + " octets, not n * " + size);
      }
      List<NlStruct> all = new ArrayList<>(attr.length() / size);
      for (int at = attr.start(); at < attr.start() + attr.length(); at += size) {
        all.add(reader.read(attr.buffer(), at));
      }
      return new XfrmAttribute.Structs(type, List.copyOf(all));
    };
  }

  private static Reader raw() {
    return (type, attr) -> new XfrmAttribute.Unknown(type.number, attr.octets());
  }
}
