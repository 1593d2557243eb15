package io.pollux.agent.token;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.pollux.ike.crypto.Secret;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A loaded PKCS#11 module: the few of its functions that signing needs, for LP64, where CK_ULONG
 * has eight octets. It locks for itself (CKF_OS_LOCKING_OK), so that any thread may call.
 */
@SuppressWarnings("restricted") // native code of the operator's choice is the purpose
final class Cryptoki {
  private static final long CKF_OS_LOCKING_OK = 2;
  private static final long CKF_SERIAL_SESSION = 4;
  private static final long CKU_USER = 1;
  private static final int INITIALIZE_ARGS = 48;
  private static final int INITIALIZE_FLAGS = 32;
  private static final int TOKEN_INFO = 256; // 208 and some air
  private static final int TOKEN_FLAGS = 96;
  private static final int ATTRIBUTE = 24; // CK_ATTRIBUTE and CK_MECHANISM: number, pointer, length
  private static final int MAX_FOUND = 16;
  private static final int MAX_SIGNATURE = 1024; // RSA with 8192 bits

  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};
  private static final FunctionDescriptor LIST = FunctionDescriptor.of(JAVA_LONG, ADDRESS);

  /** Functions by their place in CK_FUNCTION_LIST (pkcs11f.h). */
  private enum Function {
    C_Initialize(0, ADDRESS),
    C_Finalize(1, ADDRESS),
    C_GetSlotList(4, JAVA_BYTE, ADDRESS, ADDRESS),
    C_GetTokenInfo(6, JAVA_LONG, ADDRESS),
    C_OpenSession(12, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, ADDRESS),
    C_CloseSession(13, JAVA_LONG),
    C_Login(18, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG),
    C_FindObjectsInit(26, JAVA_LONG, ADDRESS, JAVA_LONG),
    C_FindObjects(27, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS),
    C_FindObjectsFinal(28, JAVA_LONG),
    C_SignInit(42, JAVA_LONG, ADDRESS, JAVA_LONG),
    C_Sign(43, JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);

    private final int place;
    private final FunctionDescriptor type;

    Function(int place, ValueLayout... arguments) {
      this.place = place;
      this.type = FunctionDescriptor.of(JAVA_LONG, arguments);
    }
  }

  /**
   * What is told of a token.
   *
   * @param flags CKF_LOGIN_REQUIRED and so on
   */
  record TokenInfo(
      long slot, String label, String manufacturer, String model, String serial, long flags) {
    private static final long CKF_LOGIN_REQUIRED = 4;
    private static final long CKF_PROTECTED_AUTHENTICATION_PATH = 0x100;
    private static final long CKF_TOKEN_INITIALIZED = 0x400;

    boolean isInitialized() {
      return (flags & CKF_TOKEN_INITIALIZED) != 0;
    }

    boolean wantsLogin() {
      return (flags & CKF_LOGIN_REQUIRED) != 0;
    }

    boolean hasPinPad() {
      return (flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0;
    }
  }

  /** An attribute that an object must have. */
  record Attribute(long type, byte[] value) {
    static Attribute number(long type, long value) {
      byte[] octets = new byte[Long.BYTES];
      MemorySegment.ofArray(octets).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, value);
      return new Attribute(type, octets);
    }
  }

  private final MethodHandle[] functions = new MethodHandle[Function.values().length];
  private final ReadWriteLock life = new ReentrantReadWriteLock(); // writing: it is restarted
  private final AtomicInteger sessions = new AtomicInteger();

  private Cryptoki(MemorySegment list) {
    for (Function function : Function.values()) {
      // CK_VERSION comes first and takes the room of a pointer.
      MemorySegment code = list.get(ADDRESS, (function.place + 1L) * ADDRESS.byteSize());
      functions[function.ordinal()] = Linker.nativeLinker().downcallHandle(code, function.type);
    }
  }

  /**
   * Loads and initialises the module; it stays for the life of the process.
   *
   * @throws Refusal why it cannot be used
   */
  static Cryptoki load(Path module) throws Refusal {
    if (!Files.isRegularFile(module)) {
      throw new Refusal("the module " + module + " does not exist");
    }
    try (Arena arena = Arena.ofConfined();
        InputStream file = Files.newInputStream(module)) {
      if (!Arrays.equals(file.readNBytes(ELF.length), ELF)) {
        throw new Refusal(module + " is no PKCS#11 module");
      }
      SymbolLookup symbols = SymbolLookup.libraryLookup(module, Arena.global());
      MemorySegment entry =
          symbols
              .find("C_GetFunctionList")
              .orElseThrow(() -> new Refusal(module + " is no PKCS#11 module"));
      MemorySegment out = arena.allocate(ADDRESS);
      check(
          "C_GetFunctionList",
          (long) Linker.nativeLinker().downcallHandle(entry, LIST).invokeExact(out));
      MemorySegment list = out.get(ADDRESS, 0).reinterpret(100 * ADDRESS.byteSize());
      Cryptoki loaded = new Cryptoki(list);
      loaded.initialize();
      return loaded;
    } catch (Refusal | Error refused) {
      throw refused;
    } catch (Throwable wrong) { // what invokeExact declares
      throw new Refusal("the module " + module + " cannot be loaded: " + wrong.getMessage());
    }
  }

  private void initialize() throws Refusal {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arguments = arena.allocate(INITIALIZE_ARGS, Long.BYTES);
      arguments.set(JAVA_LONG, INITIALIZE_FLAGS, CKF_OS_LOCKING_OK);
      call(Function.C_Initialize, arguments);
    } catch (Refusal refused) {
      if (refused.value() != Refusal.ALREADY_INITIALIZED) {
        throw refused;
      }
    }
  }

  /**
   * Ends and initialises it, where nobody has a session: many modules look for tokens at no other
   * time.
   */
  void restart() throws Refusal {
    if (!life.writeLock().tryLock()) {
      return;
    }
    try {
      if (sessions.get() == 0) {
        try {
          call(Function.C_Finalize, MemorySegment.NULL);
        } catch (Refusal _) {
          // It has ended by itself.
        }
        initialize();
      }
    } finally {
      life.writeLock().unlock();
    }
  }

  private static void check(String function, long result) throws Refusal {
    if (result != 0) {
      throw new Refusal(function, result);
    }
  }

  private void call(Function function, Object... arguments) throws Refusal {
    long result;
    life.readLock().lock();
    try {
      result = (long) functions[function.ordinal()].invokeWithArguments(arguments);
    } catch (RuntimeException | Error mistake) {
      throw mistake;
    } catch (Throwable impossible) { // native code throws nothing
      throw new IllegalStateException(impossible);
    } finally {
      life.readLock().unlock();
    }
    check(function.name(), result);
  }

  /** The tokens that are there now. */
  List<TokenInfo> tokens() throws Refusal {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_LONG);
      call(Function.C_GetSlotList, (byte) 1, MemorySegment.NULL, count);
      int room = (int) count.get(JAVA_LONG, 0) + MAX_FOUND; // others may come meanwhile
      count.set(JAVA_LONG, 0, room);
      MemorySegment slots = arena.allocate(JAVA_LONG, room);
      call(Function.C_GetSlotList, (byte) 1, slots, count);
      List<TokenInfo> all = new ArrayList<>();
      for (int i = 0; i < count.get(JAVA_LONG, 0); i++) {
        try {
          all.add(token(slots.getAtIndex(JAVA_LONG, i), arena));
        } catch (Refusal _) {
          // It went away just now.
        }
      }
      return all;
    }
  }

  private TokenInfo token(long slot, Arena arena) throws Refusal {
    MemorySegment info = arena.allocate(TOKEN_INFO, Long.BYTES);
    call(Function.C_GetTokenInfo, slot, info);
    return new TokenInfo(
        slot,
        text(info, 0, 32),
        text(info, 32, 32),
        text(info, 64, 16),
        text(info, 80, 16),
        info.get(JAVA_LONG, TOKEN_FLAGS));
  }

  /** Padded with spaces, not with zeros. */
  private static String text(MemorySegment in, int at, int length) {
    byte[] octets = in.asSlice(at, length).toArray(JAVA_BYTE);
    return new String(octets, StandardCharsets.UTF_8).stripTrailing();
  }

  /** A session in which nothing of the token changes. */
  long open(long slot) throws Refusal {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment session = arena.allocate(JAVA_LONG);
      MemorySegment none = MemorySegment.NULL;
      call(Function.C_OpenSession, slot, CKF_SERIAL_SESSION, none, none, session);
      sessions.incrementAndGet();
      return session.get(JAVA_LONG, 0);
    }
  }

  void close(long session) throws Refusal {
    sessions.decrementAndGet();
    call(Function.C_CloseSession, session);
  }

  /** For all sessions of this process with the token. */
  void login(long session, Secret pin) throws Refusal {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(pin.length() + 1L);
      pin.use(o -> text.copyFrom(MemorySegment.ofArray(o)));
      try {
        call(Function.C_Login, session, CKU_USER, text, (long) pin.length());
      } finally {
        text.fill((byte) 0);
      }
    }
  }

  /** At the token's own keys or reader of fingers. */
  void loginAtPinPad(long session) throws Refusal {
    call(Function.C_Login, session, CKU_USER, MemorySegment.NULL, 0L);
  }

  /** Handles of the objects with all of {@code attributes}, 16 at most. */
  List<Long> find(long session, List<Attribute> attributes) throws Refusal {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment template = arena.allocate((long) ATTRIBUTE * attributes.size(), Long.BYTES);
      for (int i = 0; i < attributes.size(); i++) {
        byte[] value = attributes.get(i).value;
        MemorySegment copy = arena.allocate(Math.max(1, value.length));
        copy.copyFrom(MemorySegment.ofArray(value));
        triple(template.asSlice((long) ATTRIBUTE * i), attributes.get(i).type, copy, value.length);
      }
      MemorySegment handles = arena.allocate(JAVA_LONG, MAX_FOUND);
      MemorySegment count = arena.allocate(JAVA_LONG);
      call(Function.C_FindObjectsInit, session, template, (long) attributes.size());
      try {
        call(Function.C_FindObjects, session, handles, (long) MAX_FOUND, count);
      } finally {
        call(Function.C_FindObjectsFinal, session);
      }
      return Arrays.stream(handles.toArray(JAVA_LONG))
          .limit(count.get(JAVA_LONG, 0))
          .boxed()
          .toList();
    }
  }

  /**
   * The signature of {@code input}.
   *
   * @param parameters CK_ULONGs of the mechanism, or none
   */
  byte[] sign(long session, long key, long mechanism, long[] parameters, byte[] input)
      throws Refusal {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment how = arena.allocate(ATTRIBUTE, Long.BYTES);
      MemorySegment words =
          parameters.length == 0 ? MemorySegment.NULL : arena.allocateFrom(JAVA_LONG, parameters);
      triple(how, mechanism, words, (long) parameters.length * Long.BYTES);
      call(Function.C_SignInit, session, how, key);
      MemorySegment text = arena.allocateFrom(JAVA_BYTE, input);
      MemorySegment signature = arena.allocate(MAX_SIGNATURE);
      MemorySegment length = arena.allocate(JAVA_LONG);
      length.set(JAVA_LONG, 0, MAX_SIGNATURE);
      call(Function.C_Sign, session, text, (long) input.length, signature, length);
      return signature.asSlice(0, length.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
    }
  }

  private static void triple(MemorySegment at, long number, MemorySegment value, long length) {
    at.set(JAVA_LONG, 0, number);
    at.set(ADDRESS, 8, value);
    at.set(JAVA_LONG, 16, length);
  }
}
