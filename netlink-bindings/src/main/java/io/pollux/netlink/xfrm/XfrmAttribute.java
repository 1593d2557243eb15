package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlBytes;
import io.pollux.netlink.wire.NlOctets;
import io.pollux.netlink.wire.NlStruct;
import java.nio.ByteBuffer;
import java.util.List;

/** One attribute of an XFRM message, by the shape of its payload. */
public sealed interface XfrmAttribute {
  /** nla_type. */
  int number();

  /** Appends it to the open message. */
  void write(NlBuffer out);

  /** A number of 8 bits. */
  record U8(XfrmAttributeType type, int value) implements XfrmAttribute {
    @Override
    public int number() {
      return type.number();
    }

    /** Four octets for XFRMA_POLICY_TYPE, which is a struct that is mostly padding. */
    @Override
    public void write(NlBuffer out) {
      if (type == XfrmAttributeType.XFRMA_POLICY_TYPE) {
        out.attr(number(), new PolicyType(value));
      } else {
        out.attrU8(number(), value);
      }
    }
  }

  /** A number of 32 bits. */
  record U32(XfrmAttributeType type, long value) implements XfrmAttribute {
    @Override
    public int number() {
      return type.number();
    }

    @Override
    public void write(NlBuffer out) {
      out.attrU32(number(), value);
    }
  }

  /** A number of 64 bits. */
  record U64(XfrmAttributeType type, long value) implements XfrmAttribute {
    @Override
    public int number() {
      return type.number();
    }

    @Override
    public void write(NlBuffer out) {
      out.attrU64(number(), value);
    }
  }

  /** One struct. */
  record Struct(XfrmAttributeType type, NlStruct value) implements XfrmAttribute {
    @Override
    public int number() {
      return type.number();
    }

    @Override
    public void write(NlBuffer out) {
      out.attr(number(), value);
    }
  }

  /** Several structs of one type, one behind the other: templates, migrations. */
  record Structs(XfrmAttributeType type, List<? extends NlStruct> values) implements XfrmAttribute {
    public Structs {
      values = List.copyOf(values);
    }

    @Override
    public int number() {
      return type.number();
    }

    @Override
    public void write(NlBuffer out) {
      int started = out.beginAttr(number());
      values.forEach(out::struct);
      out.endAttr(started);
    }
  }

  /** An attribute that this table does not know, or has no structure for: kept as it came. */
  record Unknown(int number, NlOctets payload) implements XfrmAttribute {
    @Override
    public void write(NlBuffer out) {
      out.attrOctets(number, payload);
    }
  }

  /** struct xfrm_userpolicy_type, linux/xfrm.h. */
  record PolicyType(int type) implements NlStruct {
    /** Octets of the struct. */
    public static final int SIZE = 6;

    @Override
    public int size() {
      return SIZE;
    }

    @Override
    public void write(ByteBuffer out, int at) {
      NlBytes.putU8(out, at, type);
    }
  }
}
