package io.pollux.ha.journal;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.wire.Octets;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Makes a value of any record by reflection in which every leaf is different from its default and
 * from every other leaf: one that is forgotten or swapped on the way shows.
 */
public final class Values {
  private int next;

  public Values(int start) {
    next = start;
  }

  public <T> T of(Class<T> type) {
    return type.cast(make(type));
  }

  private Object make(Type type) {
    if (type instanceof ParameterizedType generic) {
      Type element = generic.getActualTypeArguments()[0];
      if (generic.getRawType() == List.class) {
        return List.of(make(element), make(element));
      }
      if (generic.getRawType() == Optional.class) {
        return Optional.of(make(element));
      }
    }
    if (type instanceof Class<?> raw) {
      return plain(raw);
    }
    throw new AssertionError("teach Values how to make a " + type);
  }

  private Object plain(Class<?> type) {
    if (type == boolean.class) {
      return true;
    }
    if (type == int.class || type == Integer.class) {
      return next++;
    }
    if (type == long.class) {
      return (long) next++;
    }
    if (type == String.class) {
      return "text-" + next++;
    }
    if (type == Octets.class) {
      return Octets.of(four());
    }
    if (type == Secret.class) {
      return Secret.copyOf(four());
    }
    if (type == InetAddress.class) {
      return address();
    }
    if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      return constants[1 + next++ % (constants.length - 1)];
    }
    if (type.isRecord()) {
      return recordOf(type);
    }
    throw new AssertionError("teach Values how to make a " + type);
  }

  private Object recordOf(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = make(components[i].getGenericType());
    }
    try {
      Constructor<?> canonical = type.getDeclaredConstructor(types);
      return canonical.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(type.toString(), e);
    }
  }

  private InetAddress address() {
    byte[] octets = next % 2 == 0 ? new byte[4] : new byte[16];
    octets[0] = (byte) (octets.length == 4 ? 10 : 0xfd);
    ByteBuffer.wrap(octets).putShort(octets.length - 2, (short) next++);
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private byte[] four() {
    return ByteBuffer.allocate(4).putInt(next++).array();
  }
}
