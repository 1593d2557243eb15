package io.pollux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.pollux.netlink.testing.AbiTable;
import io.pollux.netlink.wire.NlStruct;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Each SIZE, each offset and each number in this module stands in the tables made of the headers.
 */
class LayoutTest {
  private static final AbiTable KERNEL = AbiTable.read(AbiTable.KERNEL);
  private static final AbiTable LINUX = AbiTable.read(AbiTable.LINUX);

  /** Classes whose name is not that of their struct. */
  private static final Map<String, String> STRUCTS =
      Map.ofEntries(
          Map.entry("NlMsgHdr", "nlmsghdr"),
          Map.entry("NlExtAck", "nlmsgerr"),
          Map.entry("NlAttr", "nlattr"),
          Map.entry("XfrmAddress", "xfrm_address_t"),
          Map.entry("PolicyType", "xfrm_userpolicy_type"));

  /** Constants beside the offsets. */
  private static final Set<String> NOT_OFFSETS = Set.of("SIZE", "MAX_WORDS", "XFRM_INF");

  @TestFactory
  Stream<DynamicTest> structs() throws Exception {
    return classes().stream()
        .filter(LayoutTest::hasLayout)
        .map(type -> DynamicTest.dynamicTest(structOf(type), () -> checkStruct(type)));
  }

  @TestFactory
  Stream<DynamicTest> numbers() throws Exception {
    Set<String> holders = Set.of("NlConst", "XfrmConst", "RtConst", "LinuxAbi");
    return classes().stream()
        .filter(type -> holders.contains(type.getSimpleName()))
        .map(type -> DynamicTest.dynamicTest(type.getSimpleName(), () -> checkNumbers(type)));
  }

  private static boolean hasLayout(Class<?> type) {
    boolean ours = NlStruct.class.isAssignableFrom(type) && !type.isInterface();
    boolean cLibrary =
        type.getEnclosingClass() != null
            && type.getEnclosingClass().getSimpleName().equals("LinuxLayout");
    boolean cursor = Set.of("NlExtAck", "NlAttr").contains(type.getSimpleName());
    boolean noStruct = Set.of("FlagsWord", "UsersaFlush").contains(type.getSimpleName());
    return (ours || cLibrary || cursor) && !noStruct;
  }

  private static void checkStruct(Class<?> type) throws IllegalAccessException {
    String struct = structOf(type);
    boolean inKernel = KERNEL.size(struct) != null;
    AbiTable table = inKernel ? KERNEL : LINUX;
    Map<String, Integer> constants = ints(type);
    assertThat(table.size(struct)).as("sizeof(struct %s)", struct).isNotNull();
    assertThat(constants.get("SIZE")).as("sizeof(struct %s)", struct).isEqualTo(table.size(struct));
    if (LINUX.size(struct) != null) {
      assertThat(constants.get("SIZE")).isEqualTo(LINUX.size(struct));
    }
    for (Map.Entry<String, Integer> constant : constants.entrySet()) {
      if (NOT_OFFSETS.contains(constant.getKey())) {
        continue;
      }
      String field = constant.getKey().toLowerCase(Locale.ROOT);
      assertThat(table.offsets(struct)).as("fields of %s", struct).containsKey(field);
      assertThat(constant.getValue())
          .as("offsetof(struct %s, %s)", struct, field)
          .isEqualTo(table.offsets(struct).get(field));
    }
    if (type.isRecord()
        && struct.startsWith("xfrm")
        && !constants.keySet().equals(Set.of("SIZE"))) {
      for (String field : table.offsets(struct).keySet()) {
        if (!field.equals("reserved")) {
          assertThat(constants)
              .as("%s.%s", struct, field)
              .containsKey(field.toUpperCase(Locale.ROOT));
        }
      }
    }
  }

  private static void checkNumbers(Class<?> type) throws IllegalAccessException {
    Map<String, Integer> constants = ints(type);
    assertThat(constants).isNotEmpty();
    for (Map.Entry<String, Integer> constant : constants.entrySet()) {
      Long kernel = KERNEL.constants().get(constant.getKey());
      Long linux = LINUX.constants().get(constant.getKey());
      assertThat(kernel != null || linux != null).as(constant.getKey()).isTrue();
      for (Long number : new Long[] {kernel, linux}) {
        if (number != null) {
          assertThat(constant.getValue()).as(constant.getKey()).isEqualTo(number.intValue());
        }
      }
    }
  }

  private static String structOf(Class<?> type) {
    String name = type.getSimpleName();
    return STRUCTS.getOrDefault(
        name, name.replaceAll("(?<=.)([A-Z])", "_$1").toLowerCase(Locale.ROOT));
  }

  private static Map<String, Integer> ints(Class<?> type) throws IllegalAccessException {
    Map<String, Integer> found = new TreeMap<>();
    for (Field field : type.getDeclaredFields()) {
      if (Modifier.isStatic(field.getModifiers()) && field.getType() == int.class) {
        field.setAccessible(true);
        found.put(field.getName(), field.getInt(null));
      }
    }
    return found;
  }

  /** Every class of the module. */
  private static List<Class<?>> classes()
      throws IOException, URISyntaxException, ClassNotFoundException {
    Path root = Path.of(NlStruct.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> classes = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
        String name = root.relativize(file).toString().replace('/', '.');
        String className = name.substring(0, name.length() - ".class".length());
        if (className.startsWith("io.pollux.") && !className.endsWith("package-info")) {
          classes.add(Class.forName(className, false, LayoutTest.class.getClassLoader()));
        }
      }
    }
    assertThat(classes).hasSizeGreaterThan(80);
    return classes;
  }
}
