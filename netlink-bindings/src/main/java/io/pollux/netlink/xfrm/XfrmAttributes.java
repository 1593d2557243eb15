package io.pollux.netlink.xfrm;

import io.pollux.netlink.wire.MalformedNetlink;
import io.pollux.netlink.wire.NlAttr;
import io.pollux.netlink.wire.NlBuffer;
import io.pollux.netlink.wire.NlStruct;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The attributes of a message in their order, those included that nobody here knows. */
public record XfrmAttributes(List<XfrmAttribute> all) {
  /** None. */
  public static final XfrmAttributes NONE = new XfrmAttributes(List.of());

  public XfrmAttributes {
    all = List.copyOf(all);
  }

  public static XfrmAttributes read(NlAttr attr) throws MalformedNetlink {
    List<XfrmAttribute> all = new ArrayList<>();
    while (attr.next()) {
      XfrmAttributeType type = XfrmAttributeType.of(attr.type());
      all.add(
          type == null ? new XfrmAttribute.Unknown(attr.type(), attr.octets()) : type.read(attr));
    }
    return new XfrmAttributes(all);
  }

  public void write(NlBuffer out) {
    for (XfrmAttribute attribute : all) {
      attribute.write(out);
    }
  }

  /** The struct of an attribute, if it is there. */
  public <S extends NlStruct> Optional<S> struct(XfrmAttributeType type, Class<S> as) {
    for (XfrmAttribute attribute : all) {
      if (attribute instanceof XfrmAttribute.Struct(var t, var value)
          && t == type
          && as.isInstance(value)) {
        return Optional.of(as.cast(value));
      }
    }
    return Optional.empty();
  }

  /** The structs of an attribute; none if it is not there. */
  public <S extends NlStruct> List<S> structs(XfrmAttributeType type, Class<S> as) {
    List<S> found = new ArrayList<>();
    for (XfrmAttribute attribute : all) {
      if (attribute instanceof XfrmAttribute.Structs(var t, var values) && t == type) {
        values.forEach(value -> found.add(as.cast(value)));
      }
    }
    return List.copyOf(found);
  }

  /** The number of an attribute of 8, 32 or 64 bits, if it is there. */
  public OptionalLong number(XfrmAttributeType type) {
    for (XfrmAttribute attribute : all) {
      switch (attribute) {
        case XfrmAttribute.U8(var t, var value) when t == type -> {
          return OptionalLong.of(value);
        }
        case XfrmAttribute.U32(var t, var value) when t == type -> {
          return OptionalLong.of(value);
        }
        case XfrmAttribute.U64(var t, var value) when t == type -> {
          return OptionalLong.of(value);
        }
        case XfrmAttribute.U8 _,
            XfrmAttribute.U32 _,
            XfrmAttribute.U64 _,
            XfrmAttribute.Struct _,
            XfrmAttribute.Structs _,
            XfrmAttribute.Unknown _ -> {}
      }
    }
    return OptionalLong.empty();
  }

  /** The replay state, in whichever of the two forms it is there. */
  public Optional<XfrmReplay> replay() {
    Optional<XfrmReplayStateEsn> esn =
        struct(XfrmAttributeType.XFRMA_REPLAY_ESN_VAL, XfrmReplayStateEsn.class);
    return esn.isPresent()
        ? Optional.of(esn.get())
        : struct(XfrmAttributeType.XFRMA_REPLAY_VAL, XfrmReplayState.class).map(x -> x);
  }

  public Optional<XfrmMark> mark() {
    return struct(XfrmAttributeType.XFRMA_MARK, XfrmMark.class);
  }

  public OptionalInt ifId() {
    OptionalLong id = number(XfrmAttributeType.XFRMA_IF_ID);
    return id.isPresent() ? OptionalInt.of((int) id.getAsLong()) : OptionalInt.empty();
  }

  public Optional<XfrmEncapTmpl> encap() {
    return struct(XfrmAttributeType.XFRMA_ENCAP, XfrmEncapTmpl.class);
  }
}
