package io.pollux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pollux.linux.Errno;
import io.pollux.netlink.testing.AbiTable;
import io.pollux.netlink.xfrm.XfrmAttributeType;
import io.pollux.netlink.xfrm.XfrmMsgType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The enums are complete, and the committed table is what the headers of this machine say. */
class HeadersTest {
  private static final AbiTable KERNEL = AbiTable.read(AbiTable.KERNEL);
  private static final AbiTable LINUX = AbiTable.read(AbiTable.LINUX);
  private static final Pattern NO_MESSAGE = Pattern.compile("XFRM_MSG_(BASE|MAX)");
  private static final Pattern NO_ATTRIBUTE =
      Pattern.compile("XFRMA_(UNSPEC|MAX|OUTPUT_MARK|REPLAY_ESN_MAX|SAD_.*|SPD_.*)");

  @Test
  void everyXfrmMessageHasARow() {
    for (Map.Entry<String, Long> constant : KERNEL.constants().entrySet()) {
      String name = constant.getKey();
      if (name.startsWith("XFRM_MSG_") && !NO_MESSAGE.matcher(name).matches()) {
        XfrmMsgType type = XfrmMsgType.valueOf(name);
        assertThat(type.number()).as(name).isEqualTo(constant.getValue().intValue());
        assertThat(XfrmMsgType.of(type.number())).isSameAs(type);
      }
    }
    assertThat(XfrmMsgType.values())
        .allSatisfy(type -> assertThat(KERNEL.constants()).containsKey(type.name()));
    assertThat(XfrmMsgType.of(63)).isNull();
    assertThat(XfrmMsgType.of(70_000)).isNull();
  }

  @Test
  void everyXfrmAttributeHasARow() {
    for (Map.Entry<String, Long> constant : KERNEL.constants().entrySet()) {
      String name = constant.getKey();
      if (name.startsWith("XFRMA_") && !NO_ATTRIBUTE.matcher(name).matches()) {
        XfrmAttributeType type = XfrmAttributeType.valueOf(name);
        assertThat(type.number()).as(name).isEqualTo(constant.getValue().intValue());
        assertThat(XfrmAttributeType.of(type.number())).isSameAs(type);
      }
    }
    assertThat(XfrmAttributeType.values())
        .allSatisfy(type -> assertThat(KERNEL.constants()).containsKey(type.name()));
  }

  @Test
  void everyErrnoHasARow() {
    for (Errno errno : Errno.values()) {
      assertThat(LINUX.constants()).containsEntry(errno.name(), (long) errno.number());
      assertThat(errno.text()).isNotEmpty();
      assertThat(Errno.nameOf(errno.number())).isEqualTo(errno.name());
    }
    assertThat(Errno.ESRCH.text()).isEqualTo("No such process");
    assertThat(Errno.nameOf(524)).isEqualTo("errno 524");
    assertThat(Errno.nameOf(-1)).isEqualTo("errno -1");
    assertThat(Errno.textOf(524)).isEmpty();
  }

  @Test
  void theTableIsWhatTheHeadersSay(@TempDir Path folder) throws Exception {
    Path program = folder.resolve("linux-abi");
    Path headers = Path.of("/usr/include/linux/xfrm.h");
    assumeTrue(Files.exists(headers) && compiler(), "no C compiler or no kernel headers");
    run(folder, "cc", "-o", program.toString(), source().toAbsolutePath().toString());
    assertThat(run(folder, program.toString())).isEqualTo(Files.readString(AbiTable.LINUX));
  }

  private static Path source() {
    return Path.of("src/test/c/linux-abi.c");
  }

  private static boolean compiler() throws InterruptedException {
    try {
      Process version = new ProcessBuilder("cc", "--version").redirectErrorStream(true).start();
      version.getInputStream().readAllBytes();
      return version.waitFor() == 0;
    } catch (IOException absent) {
      return false;
    }
  }

  private static String run(Path folder, String... command) throws Exception {
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String text = Files.readString(output);
    assertThat(process.exitValue()).as(text).isZero();
    return text;
  }
}
